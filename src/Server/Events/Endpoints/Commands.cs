using System.Diagnostics;
using System.Globalization;
using System.Text;
using Postern.Server.Events.Delivery;
using Postern.Server.Settings;

namespace Postern.Server.Events.Endpoints;

/// <summary>
/// Runs commands of the gateway's settings. The event comes on standard input and nowhere else; there is no shell, and of the gateway's environment nothing.
/// </summary>
internal sealed class Commands(ServerOptions options)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    /// <summary>Once it has ended nearly all it said is here already; what it left running may hold its output open for ever.</summary>
    private static readonly TimeSpan LastOutput = TimeSpan.FromSeconds(1);
    private const int MaxOutput = 2048;

    public async Task<Outcome> RunAsync(TargetArn arn, string input, CancellationToken cancellationToken)
    {
        if (!options.EventCommands.TryGetValue(arn.Name, out var line))
            return Outcome.Later($"the gateway's setting event-command has no command {arn.Name}");
        var start = new ProcessStartInfo(line[0], line.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        start.Environment["LANG"] = "C.UTF-8";
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ending.CancelAfter(Timeout);
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return Outcome.Later($"{line[0]} cannot be started: {e.Message}");
        }
        using (process)
        {
            var output = ReadAsync(process.StandardOutput.BaseStream, ending.Token);
            var errors = ReadAsync(process.StandardError.BaseStream, ending.Token);
            var writing = WriteAsync(process, input, ending.Token);
            try
            {
                await process.WaitForExitAsync(ending.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                await Task.WhenAll(errors, output, writing);
                cancellationToken.ThrowIfCancellationRequested();
                return Outcome.Later($"it did not end within {Timeout.TotalSeconds} seconds and was killed");
            }
            ending.CancelAfter(LastOutput);
            await writing;
            var said = await Task.WhenAll(errors, output);
            return process.ExitCode == 0 ? Outcome.Taken
                : Outcome.Later($"it ended with {process.ExitCode.ToString(CultureInfo.InvariantCulture)}: {(said[0].Length > 0 ? said[0] : said[1])}");
        }
    }

    private static async Task WriteAsync(Process process, string input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(input + "\n"), cancellationToken);
            await process.StandardInput.BaseStream.FlushAsync(cancellationToken);
            process.StandardInput.Close();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return; // a command need not read what it is given; its exit code tells
        }
    }

    /// <summary>The beginning of what it says until it is cancelled; the rest is read and forgotten.</summary>
    private static async Task<string> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var (kept, buffer, count) = (new byte[MaxOutput], new byte[MaxOutput], 0);
        try
        {
            while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                var take = Math.Min(read, kept.Length - count);
                buffer.AsSpan(0, take).CopyTo(kept.AsSpan(count));
                count += take;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // What it has said up to now is enough: its exit code tells.
        }
        return string.Concat(Encoding.UTF8.GetString(kept, 0, count).Trim().Select(c => char.IsControl(c) ? ' ' : c));
    }
}
