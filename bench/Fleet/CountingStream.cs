using System.Net;
using System.Net.Sockets;

namespace Postern.Bench.Fleet;

/// <summary>What all connections of a process have written: on an idle connection each write is a ping.</summary>
internal sealed class WriteCount
{
    private long _writes;

    public long Value => Volatile.Read(ref _writes);

    public void Add() => Interlocked.Increment(ref _writes);
}

/// <summary>A connection from a given address of this machine. One address has 28,000 ports; several have enough for any load.</summary>
internal sealed class CountingStream : NetworkStream
{
    private readonly WriteCount _count;

    private CountingStream(Socket socket, WriteCount count) : base(socket, ownsSocket: true) => _count = count;

    public static async ValueTask<Stream> ConnectAsync(DnsEndPoint to, IPAddress from, WriteCount count, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(from, 0));
            await socket.ConnectAsync(IPAddress.Parse(to.Host), to.Port, cancellationToken);
            return new CountingStream(socket, count);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _count.Add();
        return base.WriteAsync(buffer, cancellationToken);
    }
}
