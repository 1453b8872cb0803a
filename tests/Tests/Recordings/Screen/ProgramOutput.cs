using System.Buffers;
using System.Text;
using Postern.Agent.Pty;
using Postern.Tests.Support;

namespace Postern.Tests.Recordings.Screen;

/// <summary>What a real program writes to its terminal while somebody types.</summary>
internal static class ProgramOutput
{
    /// <summary>A program that says nothing for this long waits for the next key.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(120), Longest = TimeSpan.FromSeconds(20);

    public static async Task<byte[]> RecordAsync(string command, string typed, int columns, int rows, TempFolder home)
    {
        using var poller = new Poller();
        using var terminal = Terminal.Open(poller);
        await using var program = ChildProcess.StartOnTerminal(new SpawnOptions
        {
            Program = "/bin/bash",
            Arguments = ["-c", $"stty cols {columns} rows {rows}; exec {command}"],
            Environment = ["PATH=/usr/bin:/bin", "TERM=xterm-256color", "LANG=C.UTF-8", "PS1=$ ", $"HOME={home.Path}"],
        }, terminal.Path, poller);
        var seen = new ArrayBufferWriter<byte>();
        var buffer = new byte[16 * 1024];
        await ReadAsync();
        foreach (var key in typed)
        {
            await terminal.File.WriteAsync(Encoding.UTF8.GetBytes(key.ToString()), TestContext.Current.CancellationToken);
            await ReadAsync();
        }
        return seen.WrittenSpan.ToArray(); // the program ends with its terminal, and nobody saw that

        async Task ReadAsync()
        {
            using var longest = new CancellationTokenSource(Longest);
            while (true)
            {
                using var quiet = CancellationTokenSource.CreateLinkedTokenSource(longest.Token);
                quiet.CancelAfter(Quiet);
                try
                {
                    var count = await terminal.File.ReadAsync(buffer, quiet.Token);
                    if (count <= 0)
                        return;
                    seen.Write(buffer.AsSpan(0, count));
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }
    }
}
