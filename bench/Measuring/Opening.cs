using System.Diagnostics;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Postern.Bench.Columns;
using Postern.Bench.Load;
using Postern.Bench.Processes;

namespace Postern.Bench.Measuring;

/// <summary>An open tunnel.</summary>
/// <param name="Program">The person's program; null when there is none.</param>
/// <param name="Port">Leads to the load server.</param>
/// <param name="PortOpen">Milliseconds from the start of the program (or of the API call before it) until the port took a connection.</param>
/// <param name="FirstByte">Milliseconds until a byte had been to the load server and back.</param>
internal sealed record Opening(Child? Program, int Port, double PortOpen, double FirstByte) : IAsyncDisposable
{
    private static readonly TimeSpan OpenTime = TimeSpan.FromSeconds(20);

    public static async Task<Opening> TunnelAsync(Column column, int destination, CancellationToken cancellationToken)
    {
        var port = FreePort.Take();
        var start = Stopwatch.GetTimestamp();
        var command = await column.TunnelAsync(port, destination, cancellationToken);
        var program = command is null ? null : Child.Start(command);
        try
        {
            double? open = null;
            while (true)
            {
                try
                {
                    using var socket = await LoadWire.ConnectAsync(program is null ? destination : port, cancellationToken);
                    open ??= Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                    await LoadWire.SendAllAsync(socket, (byte[])[.. LoadWire.Header(LoadKind.Echo), 1], cancellationToken);
                    await LoadWire.ReadAllAsync(socket, new byte[1], cancellationToken);
                    return new(program, program is null ? destination : port, open.Value, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }
                catch (Exception e) when (e is SocketException or IOException)
                {
                    if (program is { Running: false } || Stopwatch.GetElapsedTime(start) > OpenTime)
                        throw new InvalidOperationException($"{command} did not open its port: {program?.Output}", e);
                }
                await Task.Delay(1, cancellationToken);
            }
        }
        catch
        {
            await (program?.DisposeAsync() ?? ValueTask.CompletedTask);
            throw;
        }
    }

    /// <summary>Milliseconds from the start of the program until a shell's prompt stood there; null when the column has no shell.</summary>
    public static async Task<double?> ShellAsync(Column column, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        if (await column.ShellAsync(cancellationToken) is not { } command)
            return null;
        await using var program = Child.Start(command.OnTerminal());
        await program.SaysAsync(IsPrompt, "a prompt", OpenTime, cancellationToken);
        var time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        await program.TypeAsync("exit\n");
        return time;
    }

    public ValueTask DisposeAsync() => Program?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static bool IsPrompt(string output) => Regex.IsMatch(output, @"[$#] (\x1b\[[0-9;?]*[a-zA-Z])*\z", RegexOptions.CultureInvariant);
}
