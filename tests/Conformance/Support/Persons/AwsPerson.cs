using System.Text.Json;

namespace Postern.Conformance.Support.Persons;

/// <summary>The AWS CLI with a session-manager-plugin.</summary>
internal sealed class AwsPerson(int version, bool stockPlugin) : Person
{
    public override string Name => $"aws v{version}, {(stockPlugin ? "AWS's" : "our")} plugin";

    public override string? Unavailable =>
        AwsCli.Find(version) is null ? $"no AWS CLI v{version} is installed"
        : stockPlugin && PeerBinaries.Find("session-manager-plugin") is null ? PeerBinaries.Reason("session-manager-plugin")
        : null;

    public override bool Slow => stockPlugin;

    public override Command Shell(Gateway gateway, string target) => Start(gateway, target, null, null);

    public override Command Forward(Gateway gateway, string target, int localPort, int port, string? host = null)
    {
        var parameters = new Dictionary<string, string[]> { ["portNumber"] = [$"{port}"], ["localPortNumber"] = [$"{localPort}"] };
        if (host is not null)
            parameters["host"] = [host];
        return Start(gateway, target, host is null ? "AWS-StartPortForwardingSession" : "AWS-StartPortForwardingSessionToRemoteHost", parameters);
    }

    public override Command Ssh(Gateway gateway, string target, string port) =>
        Start(gateway, target, "AWS-StartSSHSession", new() { ["portNumber"] = [port] });

    public override Command Run(Gateway gateway, string target, string command, bool interactive) =>
        Start(gateway, target, interactive ? "AWS-StartInteractiveCommand" : "AWS-StartNonInteractiveCommand", new() { ["command"] = [command] });

    public Command Start(Gateway gateway, string target, string? document, Dictionary<string, string[]>? parameters)
    {
        List<string> arguments = ["--endpoint-url", gateway.Endpoint, "ssm", "start-session", "--target", target];
        if (document is not null)
            arguments.AddRange(["--document-name", document]);
        if (parameters is not null)
            arguments.AddRange(["--parameters", JsonSerializer.Serialize(parameters)]);
        return AwsCli.Command(gateway, version, [.. arguments]).With(new Dictionary<string, string?>
        {
            ["PATH"] = $"{PluginFolder(gateway)}:{Environment.GetEnvironmentVariable("PATH")}",
            // AWS's plugin trusts the system's certificates, or those that this names; ours reads AWS_CA_BUNDLE like the AWS CLI.
            ["SSL_CERT_FILE"] = stockPlugin ? gateway.CaFile : null,
        }).With(EnvironmentOf(gateway));
    }

    // A folder with nothing but the plugin, so that no other program of the folder is found by accident.
    private string PluginFolder(Gateway gateway)
    {
        var folder = Path.Combine(Path.GetDirectoryName(gateway.Folder)!, stockPlugin ? "stock-plugin" : "plugin");
        var link = Path.Combine(Directory.CreateDirectory(folder).FullName, "session-manager-plugin");
        lock (typeof(AwsPerson))
        {
            if (!File.Exists(link))
                File.CreateSymbolicLink(link, stockPlugin ? PeerBinaries.Find("session-manager-plugin")! : Repository.Program("session-manager-plugin"));
        }
        return folder;
    }
}
