using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Postern.Bench.Load;

/// <summary>What a connection to the load server is for: its first byte.</summary>
internal enum LoadKind : byte
{
    /// <summary>The server sends the given number of bytes.</summary>
    Source = (byte)'D',
    /// <summary>The server takes the given number of bytes, then answers with one.</summary>
    Sink = (byte)'U',
    /// <summary>The server sends back every byte as it comes.</summary>
    Echo = (byte)'E',
    /// <summary>The server answers every request of 64 bytes with 200.</summary>
    Requests = (byte)'R',
}

/// <summary>What both ends of a load connection agree on: kind (1 byte), number of bytes (8, little-endian), then the load.</summary>
internal static class LoadWire
{
    public const int HeaderSize = 9;
    public const int RequestSize = 64, AnswerSize = 200;
    public const int BufferSize = 256 * 1024;

    public static byte[] Header(LoadKind kind, long bytes = 0)
    {
        var header = new byte[HeaderSize];
        header[0] = (byte)kind;
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(1), bytes);
        return header;
    }

    public static (LoadKind Kind, long Bytes) Parse(ReadOnlySpan<byte> header) =>
        ((LoadKind)header[0], BinaryPrimitives.ReadInt64LittleEndian(header[1..]));

    public static async Task<Socket> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <exception cref="IOException">The other end closed the connection before.</exception>
    public static async Task ReadAllAsync(Socket socket, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (buffer.Length > 0)
        {
            var count = await socket.ReceiveAsync(buffer, cancellationToken);
            if (count == 0)
                throw Closed();
            buffer = buffer[count..];
        }
    }

    public static IOException Closed() => new("The other end closed the connection in the middle of a measurement.");

    public static async Task SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
            bytes = bytes[await socket.SendAsync(bytes, cancellationToken)..];
    }
}
