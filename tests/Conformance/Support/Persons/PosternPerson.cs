using System.Text.Json.Nodes;

namespace Postern.Conformance.Support.Persons;

/// <summary>Our own command line, alone.</summary>
internal sealed class PosternPerson : Person
{
    public override string Name => "postern";

    public override string? Unavailable => null;

    public override Command Shell(Gateway gateway, string target) => Postern(gateway, "start", target);

    public override Command Forward(Gateway gateway, string target, int localPort, int port, string? host = null) =>
        Postern(gateway, "forward", "--json", target, host is null ? $"{localPort}:{port}" : $"{localPort}:{host}:{port}");

    public override Command Ssh(Gateway gateway, string target, string port) => Postern(gateway, "ssh", "--stdio", target, port);

    // A command is interactive when it has a terminal: the other kind gets an empty input.
    public override Command Run(Gateway gateway, string target, string command, bool interactive)
    {
        var start = Postern(gateway, "start", target, "--", command);
        return interactive ? start : start.Under("/bin/sh", "-c", "exec \"$0\" \"$@\" </dev/null");
    }

    public override async Task<string> ForwardReadyAsync(TerminalProcess forward)
    {
        var line = await forward.SeesAsync(@"\{.*""sessionId"".*\}");
        return JsonNode.Parse(line.Value)!["sessionId"]!.GetValue<string>();
    }

    public static Command Postern(Gateway gateway, params string[] arguments) =>
        new(Repository.Program("postern"), arguments) { Environment = EnvironmentOf(gateway) };
}
