using System.Net;
using System.Net.Sockets;

namespace Postern.Bench.Fleet;

/// <summary>How often any connection of a process has read or written something: on an idle one that is a ping or a pong.</summary>
internal sealed class TrafficCount
{
    private long _count;

    public long Value => Volatile.Read(ref _count);

    public void Add() => Interlocked.Increment(ref _count);
}

/// <summary>A connection from a given address of this machine. One address has 28,000 ports; several have enough for any load.</summary>
internal sealed class CountingStream : NetworkStream
{
    private readonly TrafficCount _count;

    private CountingStream(Socket socket, TrafficCount count) : base(socket, ownsSocket: true) => _count = count;

    public static async ValueTask<Stream> ConnectAsync(DnsEndPoint to, IPAddress from, TrafficCount count, CancellationToken cancellationToken)
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

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await base.ReadAsync(buffer, cancellationToken);
        if (count > 0)
            _count.Add();
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _count.Add();
        return base.WriteAsync(buffer, cancellationToken);
    }
}
