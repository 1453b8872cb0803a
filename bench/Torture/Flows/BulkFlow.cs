namespace Postern.Bench.Torture.Flows;

/// <summary>A stream both ways at once, over one connection that lives as long as the torture.</summary>
/// <param name="name">For messages.</param>
/// <param name="id">Number of the flow; seeds its bytes.</param>
/// <param name="rate">Bytes a second each way.</param>
/// <param name="slow">Both ends read with pauses, so that windows fill and senders wait.</param>
/// <param name="far">Where the connection arrives.</param>
/// <param name="open">Opens the near end and sends the number.</param>
internal sealed class BulkFlow(string name, int id, int rate, bool slow, FarEnd far, Func<long, CancellationToken, Task<PersonEnd>> open) : Flow(name)
{
    private const int OneInReads = 200;
    private static readonly TimeSpan ReadPause = TimeSpan.FromMilliseconds(400);

    private readonly Lane _up = new($"{name} up", id, rate), _down = new($"{name} down", -id, rate);
    private long _upMark, _downMark;

    public override long Verified => _up.Received + _down.Received;
    public override bool IsPastMark => _up.Received > Volatile.Read(ref _upMark) && _down.Received > Volatile.Read(ref _downMark);
    public override string Progress => $"{Name}: up {_up.Received} of {_up.Sent} (mark {_upMark}), down {_down.Received} of {_down.Sent} (mark {_downMark})";

    public override void Mark()
    {
        Volatile.Write(ref _upMark, _up.Sent);
        Volatile.Write(ref _downMark, _down.Sent);
    }

    protected override async Task PlayAsync(CancellationToken cancellationToken)
    {
        using var near = await open(id, cancellationToken);
        await using var there = await far.AcceptAsync(id, cancellationToken);
        await AllAsync(cancellationToken,
            token => _up.SendAsync(near.Write, token),
            token => _up.ReceiveAsync(there, long.MaxValue, Stops(1, token), token),
            token => _down.SendAsync(there, token),
            token => _down.ReceiveAsync(near.Read, long.MaxValue, Stops(2, token), token));
    }

    private Func<ValueTask>? Stops(int seed, CancellationToken cancellationToken)
    {
        if (!slow)
            return null;
        var random = new Random(id + seed);
        return async () =>
        {
            if (random.Next(OneInReads) == 0)
                await Task.Delay(ReadPause, cancellationToken);
        };
    }
}
