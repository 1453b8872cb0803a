using System.Reflection;
using System.Runtime.InteropServices;
using Postern.Server.Settings;

namespace Postern.Server.Hosting;

/// <summary>The program: arguments in, one line when ready, exit code out. 0 stopped when asked, 1 could not start or failed, 2 wrong settings.</summary>
internal static class Launcher
{
    private const int Stopped = 0, Failed = 1, WrongSettings = 2;

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        if (args.Contains("--help") || args.Contains("-h"))
            return await SayAsync(output, HelpText.Build(), Stopped);
        if (args.Contains("--version"))
            return await SayAsync(output, $"postern-server {Version}", Stopped);

        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        try
        {
            if (args is [AuditExport.Verb, .. var settings])
            {
                await AuditExport.RunAsync(SettingsReader.Read(settings, Environment.GetEnvironmentVariable), output, stop.Token);
                return Stopped;
            }
            if (args is [MasterKeyRotation.RotateVerb or MasterKeyRotation.ForgetVerb, ..])
                return await SayAsync(output, await MasterKeyRotation.RunAsync(args[0], SettingsReader.Read(args[1..], Environment.GetEnvironmentVariable), Environment.GetEnvironmentVariable, stop.Token), Stopped);
            OpenFiles.Raise();
            var options = SettingsReader.Read(args, Environment.GetEnvironmentVariable);
            await using var server = await GatewayServer.StartAsync(options, null, stop.Token);
            var addresses = string.Join(", ", server.Addresses.Select(address => address.GetLeftPart(UriPartial.Authority)));
            await SayAsync(output, $"postern-server ready on {addresses} (region {options.Region}, data {options.Data})", Stopped);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, server.Stopping);
            await WaitAsync(end.Token);
            await server.StopAsync();
            return stop.IsCancellationRequested ? Stopped : Failed;
        }
        catch (SettingsException e)
        {
            return await SayAsync(error, $"postern-server: {e.Message}", WrongSettings);
        }
        catch (StartupException e)
        {
            return await SayAsync(error, $"postern-server: {e.Message}", Failed);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Stopped; // told to stop before it was ready
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true; // not the default end of the process: we drain
            stop.Cancel();
        }
    }

    private static string Version => typeof(Launcher).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    private static Task WaitAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        stop.Register(stopped.SetResult);
        return stopped.Task;
    }

    private static async Task<int> SayAsync(TextWriter writer, string text, int exitCode)
    {
        await writer.WriteLineAsync(text);
        await writer.FlushAsync();
        return exitCode;
    }
}
