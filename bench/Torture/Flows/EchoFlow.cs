namespace Postern.Bench.Torture.Flows;

/// <summary>Small messages, each sent when the echo of the last one is back, as ssh sends keys.</summary>
internal sealed class EchoFlow(string name, int id, int port, FarEnd far) : Flow(name)
{
    private const int MostBytes = 200;
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(10);

    private readonly Lane _lane = new(name, id, 0);
    private readonly Random _random = new(id);
    private long _mark;

    public override long Verified => _lane.Received;
    public override bool IsPastMark => _lane.Received > Volatile.Read(ref _mark);
    public override string Progress => $"{Name}: {_lane.Received} of {_lane.Sent} back (mark {_mark})";

    public override void Mark() => Volatile.Write(ref _mark, _lane.Sent);

    protected override async Task PlayAsync(CancellationToken cancellationToken)
    {
        using var near = await PersonEnd.ConnectAsync(port, id, cancellationToken);
        await using var there = await far.AcceptAsync(id, cancellationToken);
        await AllAsync(cancellationToken, token => there.CopyToAsync(there, token), token => TalkAsync(near, token));
    }

    private async Task TalkAsync(PersonEnd near, CancellationToken cancellationToken)
    {
        while (true)
        {
            await _lane.SendAsync(near.Write, _random.Next(1, MostBytes), cancellationToken);
            await _lane.ReceiveAsync(near.Read, _lane.Sent, null, cancellationToken);
            await Task.Delay(Between, cancellationToken);
        }
    }
}
