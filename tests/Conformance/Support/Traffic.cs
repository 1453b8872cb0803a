using System.Net;
using System.Net.Sockets;

namespace Postern.Conformance.Support;

/// <summary>Bytes through a forwarded port, and proof that they are the same at the other end.</summary>
internal static class Traffic
{
    public static async Task<NetworkStream> ConnectAsync(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port).WaitAsync(Deadline.Usual);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends bytes to an echo server behind the port and expects exactly them back, then the end.</summary>
    public static async Task EchoesAsync(int port, int size, int seed)
    {
        var sent = new byte[size];
        new Random(seed).NextBytes(sent);
        // AWS's plugin changes a message that is one line feed alone; that is not what is tested here.
        if (size == 1)
            sent[0] = (byte)'x';
        await using var stream = await ConnectAsync(port);
        var received = new byte[size];
        var reading = stream.ReadExactlyAsync(received).AsTask();
        await stream.WriteAsync(sent);
        await Deadline.WithinAsync($"{size} bytes back through port {port}", Finish(reading));
        Assert.True(sent.AsSpan().SequenceEqual(received), $"{size} bytes came back changed");
    }

    private static async Task<bool> Finish(Task task)
    {
        await task;
        return true;
    }
}
