using System.Diagnostics;
using System.Text;

namespace Postern.Bench.Processes;

/// <summary>A program started for the measurements, with what it printed. Ends with its owner.</summary>
internal sealed class Child : IAsyncDisposable
{
    private const int MaxOutput = 256 * 1024;
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(8);

    private readonly Command _command;
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Task _copies;
    private bool _disposed;

    private Child(Command command)
    {
        _command = command;
        _process = Process.Start(command.ToStartInfo())!;
        _copies = Task.WhenAll(CopyAsync(_process.StandardOutput), CopyAsync(_process.StandardError));
    }

    public int Id => _process.Id;
    public bool Running => !_process.HasExited;

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    public static Child Start(Command command) => new(command);

    /// <summary>Runs a program to its end and returns all it printed.</summary>
    public static async Task<string> OutputOfAsync(Command command, CancellationToken cancellationToken)
    {
        await using var child = Start(command);
        child._process.StandardInput.Close();
        await child._process.WaitForExitAsync(cancellationToken);
        await child._copies.WaitAsync(StopTime, cancellationToken);
        return child._process.ExitCode == 0
            ? child.Output
            : throw new InvalidOperationException($"{command} ended with {child._process.ExitCode}: {child.Output}");
    }

    /// <summary>Waits until its output satisfies; fails when it ends before, or after the time.</summary>
    public async Task SaysAsync(Func<string, bool> wanted, string what, TimeSpan within, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        while (!wanted(Output))
        {
            if (!Running)
                throw new InvalidOperationException($"{_command} ended before {what}: {Output}");
            if (Stopwatch.GetElapsedTime(start) > within)
                throw new TimeoutException($"{_command}: no {what} within {within.TotalSeconds} s: {Output}");
            await Task.Delay(1, cancellationToken);
        }
    }

    public async Task TypeAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Ends it with a signal and waits until it has ended.</summary>
    public async Task EndAsync(int signal, CancellationToken cancellationToken)
    {
        Native.Signal(Id, signal);
        await _process.WaitForExitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (Running)
        {
            Native.Signal(Id, _command.StopSignal);
            _process.StandardInput.Close();
            try
            {
                await _process.WaitForExitAsync().WaitAsync(StopTime);
            }
            catch (TimeoutException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync();
            }
        }
        _process.Dispose();
    }

    private async Task CopyAsync(StreamReader from)
    {
        var buffer = new char[4096];
        int count;
        while ((count = await from.ReadAsync(buffer)) > 0)
        {
            lock (_output)
            {
                if (_output.Length < MaxOutput)
                    _output.Append(buffer, 0, count);
            }
        }
    }
}
