using System.Diagnostics;
using System.Text.Json;

namespace Postern.Conformance.Support.Persons;

/// <summary>A Python program that starts the session with boto3 and hands it to the plugin, as many do.</summary>
internal sealed class BotoPerson : Person
{
    private static readonly Lazy<string?> Python = new(() => Repository.FindAll("python3").FirstOrDefault(HasBoto));

    public override string Name => "boto3, our plugin";

    public override string? Unavailable => Python.Value is null ? "no python3 of this machine has boto3" : null;

    public override Command Shell(Gateway gateway, string target) => Start(gateway, new { Target = target });

    public override Command Forward(Gateway gateway, string target, int localPort, int port, string? host = null) => Start(gateway, host is null
        ? new { Target = target, DocumentName = "AWS-StartPortForwardingSession", Parameters = new { portNumber = One(port), localPortNumber = One(localPort) } }
        : new
        {
            Target = target,
            DocumentName = "AWS-StartPortForwardingSessionToRemoteHost",
            Parameters = new { portNumber = One(port), localPortNumber = One(localPort), host = new[] { host } },
        });

    public override Command Ssh(Gateway gateway, string target, string port) =>
        Start(gateway, new { Target = target, DocumentName = "AWS-StartSSHSession", Parameters = new { portNumber = new[] { port } } });

    public override Command Run(Gateway gateway, string target, string command, bool interactive) => Start(gateway, new
    {
        Target = target,
        DocumentName = interactive ? "AWS-StartInteractiveCommand" : "AWS-StartNonInteractiveCommand",
        Parameters = new { command = new[] { command } },
    });

    /// <summary>A script that uses boto3, as the administrator.</summary>
    public static Command Run(Gateway gateway, string script, params string[] arguments) =>
        new(Python.Value!, [Repository.Script(script), .. arguments]) { Environment = EnvironmentOf(gateway) };

    private static Command Start(Gateway gateway, object input) =>
        new(Python.Value!, Repository.Script("boto_session.py"), Repository.Program("session-manager-plugin"), JsonSerializer.Serialize(input))
        {
            Environment = EnvironmentOf(gateway),
        };

    private static string[] One(int value) => [$"{value}"];

    private static bool HasBoto(string python)
    {
        using var process = Process.Start(new Command(python, "-c", "import boto3").ToStartInfo())!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
