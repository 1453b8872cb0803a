using System.Net.Sockets;

namespace Postern.Bench.Torture.Flows;

/// <summary>One connection after another: bytes, half-close, the echo of all of them, the end. Some begin, and some end, in the middle of a fault.</summary>
internal sealed class ShortFlow(string name, int id, int port, FarEnd far) : Flow(name)
{
    private const int MostBytes = 120_000;
    private const long NumbersOfAFlow = 1_000_000_000;
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(30);

    private readonly Random _random = new(id);
    private long _verified, _begun, _done, _mark;
    private Lane _lane = new(name, id, 0);

    /// <summary>Connections that were opened, used and ended as they should.</summary>
    public long Connections => Volatile.Read(ref _done);

    public override long Verified => Volatile.Read(ref _verified);
    public override bool IsPastMark => Volatile.Read(ref _done) > Volatile.Read(ref _mark);
    public override string Progress => $"{Name}: connection {_begun}, {_done} done (mark {_mark}); {_lane.Received} of {_lane.Sent} back";

    public override void Mark() => Volatile.Write(ref _mark, Volatile.Read(ref _begun));

    protected override async Task PlayAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var number = Interlocked.Increment(ref _begun);
            await UseAsync(id * NumbersOfAFlow + number, cancellationToken);
            Interlocked.Increment(ref _done);
            await Task.Delay(Between, cancellationToken);
        }
    }

    private async Task UseAsync(long number, CancellationToken cancellationToken)
    {
        var size = _random.Next(1, MostBytes);
        var lane = _lane = new Lane($"{Name}, connection {number % NumbersOfAFlow}", (int)(number % int.MaxValue), 0);
        using var near = await PersonEnd.ConnectAsync(port, number, cancellationToken);
        await using var there = await far.AcceptAsync(number, cancellationToken);
        far.Forget(number);
        var echoing = EchoAsync(there, cancellationToken);
        var sending = SendAsync(lane, near, size, cancellationToken);
        await lane.ReceiveAsync(near.Read, size, null, cancellationToken);
        if (await near.Read.ReadAsync(new byte[1], cancellationToken) != 0)
            throw new StreamBrokenException(Damage.Doubled, $"{Name}: more bytes came back than were sent");
        await Task.WhenAll(sending, echoing);
        Interlocked.Add(ref _verified, size);
    }

    private static async Task SendAsync(Lane lane, PersonEnd near, int size, CancellationToken cancellationToken)
    {
        await lane.SendAsync(near.Write, size, cancellationToken);
        near.HalfClose();
    }

    private static async Task EchoAsync(NetworkStream there, CancellationToken cancellationToken)
    {
        await there.CopyToAsync(there, cancellationToken);
        there.Socket.Shutdown(SocketShutdown.Send);
    }
}
