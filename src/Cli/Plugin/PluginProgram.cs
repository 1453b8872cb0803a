using System.Net.Sockets;
using System.Runtime.InteropServices;
using Postern.Cli.Config;
using Postern.Cli.Terminal;
using Postern.Client;
using Postern.Client.Transport;

namespace Postern.Cli.Plugin;

/// <summary>
/// This program under the name session-manager-plugin. Its exit code is always 0: the AWS CLI would print the whole command line,
/// token included, for any other.
/// </summary>
internal static class PluginProgram
{
    public const string Name = "session-manager-plugin";

    public static async Task<int> RunAsync(string[] args)
    {
        if (PluginArguments.Parse(args, out var text) is not { } arguments)
        {
            StandardOutput.Out.Text(text);
            return 0;
        }
        StandardOutput.Out.Text(PluginTexts.Starting(arguments.Started.SessionId!));
        try
        {
            await StartAsync(arguments);
        }
        catch (Exception e) when (e is ServiceCallException or ArgumentException or SocketException or IOException or InvalidDataException)
        {
            StandardOutput.Out.Text(PluginTexts.CannotStart(e.Message));
        }
        return 0;
    }

    private static async Task StartAsync(PluginArguments arguments)
    {
        // The AWS CLI runs its plugin with these ignored; they are this program's to handle.
        Signals.TakeBack(PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGTSTP);
        var settings = new AwsSettings(new SettingOptions(arguments.Profile, arguments.Region, arguments.Endpoint));
        using var transport = new GatewayTransport(Trust.LoadForProcess(settings.CaFile, Environment.GetEnvironmentVariable("SSL_CERT_FILE")));
        var client = new SessionClient(transport, new SessionClientOptions
        {
            Endpoint = arguments.Endpoint.Length > 0
                ? AwsSettings.ParseEndpoint(arguments.Endpoint, "argument 6")
                : new Uri($"https://ssm.{arguments.Region}.amazonaws.com"),
            Region = arguments.Region,
            Credentials = settings.Credentials,
        });
        using var stop = new CancellationTokenSource();
        using var signals = new Signals().On(stop.Cancel, PosixSignal.SIGTERM, PosixSignal.SIGHUP);
        await using var session = client.Open(arguments.Started, new SessionOptions { OnNotice = Show });
        await new PluginSession(session).RunAsync(stop.Token);
    }

    private static void Show(SessionNotice notice)
    {
        if (notice.Kind == SessionNoticeKind.CustomerMessage)
            StandardOutput.Out.Text($"{notice.Text}\n");
        else
            // The stock plugin says nothing of lost connections: this must not get into its standard output.
            StandardOutput.Error.Text($"\r\n{notice.Text}\r\n");
    }
}
