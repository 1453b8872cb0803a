namespace Postern.Conformance.Support.Persons;

/// <summary>Our own command line, alone.</summary>
internal sealed class PosternPerson : Person
{
    public override string Name => "postern";

    public override string? Unavailable => null;

    public override Command Shell(Gateway gateway, string target) => Postern(gateway, "start", target);

    public override Command Forward(Gateway gateway, string target, int localPort, int port, string? host = null) =>
        Postern(gateway, "forward", target, host is null ? $"{localPort}:{port}" : $"{localPort}:{host}:{port}");

    public override Command Ssh(Gateway gateway, string target, string port) => Postern(gateway, "ssh", "--proxy", target, port);

    public override Command Run(Gateway gateway, string target, string command, bool interactive) => Postern(
        gateway, "start", target, "--document-name", interactive ? "AWS-StartInteractiveCommand" : "AWS-StartNonInteractiveCommand",
        "--parameters", $"command={command}");

    public static Command Postern(Gateway gateway, params string[] arguments) =>
        new(Repository.Program("postern"), arguments) { Environment = EnvironmentOf(gateway) };
}
