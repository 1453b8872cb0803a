using System.CommandLine;
using System.CommandLine.Parsing;
using Postern.Agent.Registration;

namespace Postern.Agent.Host;

/// <summary>The commands and options of <c>postern-agent</c>.</summary>
internal static class CommandLine
{
    private const string CodeVariable = "POSTERN_ACTIVATION_CODE";

    private static readonly Option<string> Data = new("--data")
    {
        Description = "Folder for the registration and the key (0700).",
        DefaultValueFactory = _ => AgentDirectory.DefaultPath,
        HelpName = "DIR",
    };

    private static readonly Option<bool> AllowSudo = new("--allow-sudo")
    {
        Description = "Let ssm-user, the user of sessions, use sudo without a password.",
    };

    public static async Task<int> RunAsync(string[] arguments)
    {
        var root = new RootCommand("The Postern agent: makes this machine a managed node that shells and tunnels reach. It dials out to its gateway and listens on no port.")
        {
            Register(),
            Run(),
        };
        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                await Console.Error.WriteLineAsync($"postern-agent: {error.Message}");
            await Console.Error.WriteLineAsync("postern-agent: see 'postern-agent --help'");
            return (int)Host.ExitCode.Usage;
        }
        // Signals are the agent's own business: it ends its sessions first.
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
    }

    private static Command Register()
    {
        Option<string> endpoint = new("--endpoint") { Description = "Address of the gateway: https://host:port.", Required = true, HelpName = "URL" };
        Option<string> id = new("--activation-id") { Description = "ActivationId of 'aws ssm create-activation'.", Required = true, HelpName = "ID" };
        Option<string?> code = new("--activation-code")
        {
            Description = $"ActivationCode. Other users can see a command line: rather set {CodeVariable}, or use --activation-code-file.",
            HelpName = "CODE",
        };
        Option<string?> codeFile = new("--activation-code-file") { Description = "File that holds the code; - is standard input.", HelpName = "FILE" };
        Option<string?> ca = new("--ca") { Description = "The only CA to trust, PEM. It is copied. Default: the CAs of the system.", HelpName = "FILE" };
        Option<string> region = new("--region") { Description = "Region the gateway signs for.", DefaultValueFactory = _ => "us-east-1", HelpName = "REGION" };
        Option<bool> force = new("--force") { Description = "Replace a registration that is there." };
        var command = new Command("register",
            """
            Register this machine with an activation, once. Prints the node's id.

            Example:
              POSTERN_ACTIVATION_CODE=… postern-agent register --endpoint https://gateway.example:8443 \
                --activation-id 8f2e1f3a-… --ca ca.pem
            """)
        { endpoint, id, code, codeFile, ca, region, Data, AllowSudo, force };
        command.SetAction((parsed, cancellationToken) => GuardAsync(async () =>
        {
            var options = new RegisterOptions
            {
                Endpoint = parsed.GetRequiredValue(endpoint),
                ActivationId = parsed.GetRequiredValue(id),
                ActivationCode = ReadCode(parsed.GetValue(code), parsed.GetValue(codeFile)),
                Region = parsed.GetRequiredValue(region),
                CaPath = parsed.GetValue(ca),
                AllowSudo = parsed.GetValue(AllowSudo),
                Force = parsed.GetValue(force),
            };
            var nodeId = await RegisterNode.RunAsync(options, new AgentDirectory(parsed.GetRequiredValue(Data)), TimeProvider.System, cancellationToken);
            Console.WriteLine(nodeId);
        }));
        return command;
    }

    private static Command Run()
    {
        var command = new Command("run",
            """
            Serve sessions until SIGTERM. Needs a registration.

            Example:
              postern-agent run --data /var/lib/postern-agent
            """)
        { Data, AllowSudo };
        command.SetAction((parsed, _) => GuardAsync(async () =>
        {
            var log = new AgentLog(Console.Error, TimeProvider.System);
            using var signal = new StopSignal(log);
            await new AgentRun(new AgentDirectory(parsed.GetRequiredValue(Data)), parsed.GetValue(AllowSudo), log, TimeProvider.System).RunAsync(signal.Token);
        }));
        return command;
    }

    private static string ReadCode(string? code, string? file)
    {
        try
        {
            code ??= file switch
            {
                null => Environment.GetEnvironmentVariable(CodeVariable),
                "-" => Console.In.ReadLine(),
                _ => File.ReadAllText(file),
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new AgentException(Host.ExitCode.Usage, $"cannot read --activation-code-file {file}: {error.Message}");
        }
        return string.IsNullOrWhiteSpace(code)
            ? throw new AgentException(Host.ExitCode.Usage, $"an activation code is needed: {CodeVariable}, --activation-code-file or --activation-code")
            : code.Trim();
    }

    private static async Task<int> GuardAsync(Func<Task> action)
    {
        try
        {
            await action();
            return (int)Host.ExitCode.Success;
        }
        catch (AgentException error)
        {
            await Console.Error.WriteLineAsync($"postern-agent: {error.Message}");
            return (int)error.ExitCode;
        }
    }
}
