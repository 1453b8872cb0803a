using System.Net;
using System.Net.Sockets;

namespace Postern.Bench.Load;

/// <summary>The far end of all load, in a process of its own. Prints its port; ends when its standard input does.</summary>
internal static class LoadServer
{
    private const int Backlog = 512;

    public static async Task<int> RunAsync()
    {
        using var stop = new CancellationTokenSource();
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(Backlog);
        Console.WriteLine(((IPEndPoint)listener.LocalEndPoint!).Port);
        var accepting = AcceptAsync(listener, stop.Token);
        await Console.OpenStandardInput().CopyToAsync(System.IO.Stream.Null, CancellationToken.None);
        await stop.CancelAsync();
        await accepting;
        return 0;
    }

    private static async Task AcceptAsync(Socket listener, CancellationToken cancellationToken)
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await listener.AcceptAsync(cancellationToken);
                serving.RemoveAll(task => task.IsCompleted);
                serving.Add(Task.Run(() => ServeAsync(socket, cancellationToken), CancellationToken.None));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private static async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        using var _ = socket;
        using var abort = cancellationToken.Register(socket.Dispose);
        socket.NoDelay = true;
        try
        {
            var header = new byte[LoadWire.HeaderSize];
            await LoadWire.ReadAllAsync(socket, header, cancellationToken);
            var (kind, bytes) = LoadWire.Parse(header);
            switch (kind)
            {
                case LoadKind.Source:
                    await SendAsync(socket, bytes, new Progress(), cancellationToken);
                    break;
                case LoadKind.Sink:
                    await TakeAsync(socket, bytes, new Progress(), cancellationToken);
                    await LoadWire.SendAllAsync(socket, header.AsMemory(0, 1), cancellationToken);
                    break;
                case LoadKind.Echo:
                    // A thread of its own: what is measured is the way, not this program's scheduling.
                    await Task.Factory.StartNew(() => Echo(socket), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                    return;
                case LoadKind.Requests:
                    await AnswerAsync(socket, cancellationToken);
                    return;
                default:
                    return;
            }
            // The client closes first, so that nothing under way is thrown away.
            await socket.ReceiveAsync(header, cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            return; // the client is gone
        }
    }

    internal static async Task SendAsync(Socket socket, long bytes, Progress progress, CancellationToken cancellationToken)
    {
        var buffer = new byte[LoadWire.BufferSize];
        Random.Shared.NextBytes(buffer); // nothing on the way can press it
        while (bytes > 0)
        {
            var count = await socket.SendAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, bytes)), cancellationToken);
            progress.Add(count);
            bytes -= count;
        }
    }

    internal static async Task TakeAsync(Socket socket, long bytes, Progress progress, CancellationToken cancellationToken)
    {
        var buffer = new byte[LoadWire.BufferSize];
        while (bytes > 0)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, bytes)), cancellationToken);
            if (count == 0)
                throw LoadWire.Closed();
            progress.Add(count);
            bytes -= count;
        }
    }

    private static void Echo(Socket socket)
    {
        var buffer = new byte[64];
        int count;
        while ((count = socket.Receive(buffer)) > 0)
            socket.Send(buffer.AsSpan(0, count));
    }

    private static async Task AnswerAsync(Socket socket, CancellationToken cancellationToken)
    {
        byte[] request = new byte[LoadWire.RequestSize], answer = new byte[LoadWire.AnswerSize];
        while (true)
        {
            await LoadWire.ReadAllAsync(socket, request, cancellationToken);
            await LoadWire.SendAllAsync(socket, answer, cancellationToken);
        }
    }
}
