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
            try
            {
                var output = ReadAsync(process.StandardOutput.BaseStream, ending.Token);
                var errors = ReadAsync(process.StandardError.BaseStream, ending.Token);
                await WriteAsync(process, input, ending.Token);
                await process.WaitForExitAsync(ending.Token);
                var said = await Task.WhenAll(errors, output);
                return process.ExitCode == 0 ? Outcome.Taken
                    : Outcome.Later($"it ended with {process.ExitCode.ToString(CultureInfo.InvariantCulture)}: {(said[0].Length > 0 ? said[0] : said[1])}");
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                cancellationToken.ThrowIfCancellationRequested();
                return Outcome.Later($"it did not end within {Timeout.TotalSeconds} seconds and was killed");
            }
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
        catch (IOException) when (!cancellationToken.IsCancellationRequested)
        {
            return; // a command need not read what it is given; its exit code tells
        }
    }

    /// <summary>The beginning of what it says; the rest is read and forgotten.</summary>
    private static async Task<string> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var (kept, buffer, count) = (new byte[MaxOutput], new byte[MaxOutput], 0);
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            var take = Math.Min(read, kept.Length - count);
            buffer.AsSpan(0, take).CopyTo(kept.AsSpan(count));
            count += take;
        }
        return string.Concat(Encoding.UTF8.GetString(kept, 0, count).Trim().Select(c => char.IsControl(c) ? ' ' : c));
    }
}
