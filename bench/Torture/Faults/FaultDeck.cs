namespace Postern.Bench.Torture.Faults;

/// <summary>The order of faults: a deck with some cards of each kind, shuffled, and shuffled again when it is used up. The same seed gives the same order.</summary>
internal sealed class FaultDeck
{
    private static readonly Dictionary<FaultKind, int> Cards = new()
    {
        [FaultKind.GatewayKilled] = 5,
        [FaultKind.GatewayStopped] = 2,
        [FaultKind.GatewayFrozen] = 3,
        [FaultKind.AgentFrozen] = 3,
        [FaultKind.ClientFrozen] = 3,
        [FaultKind.ClientReset] = 5,
        [FaultKind.ClientClosed] = 2,
        [FaultKind.ClientSilent] = 1,
        [FaultKind.AgentDataReset] = 5,
        [FaultKind.AgentDataClosed] = 2,
        [FaultKind.AgentDataSilent] = 1,
        [FaultKind.ControlReset] = 2,
        [FaultKind.ControlSilent] = 1,
        [FaultKind.AgentReset] = 3,
        [FaultKind.LinkStalled] = 3,
        [FaultKind.LinkDown] = 3,
    };

    private readonly Random _random;
    private readonly FaultKind[] _deck;
    private int _next;

    /// <param name="random">Decides the order.</param>
    /// <param name="quick">One card of each kind, and none of those that take half a minute to be noticed.</param>
    /// <param name="only">The kinds to draw from; empty means all.</param>
    public FaultDeck(Random random, bool quick, IReadOnlyCollection<FaultKind> only)
    {
        _random = random;
        _deck = [.. Cards.Where(card => only.Count == 0 || only.Contains(card.Key)).Where(card => !quick || !card.Key.ToString().EndsWith("Silent", StringComparison.Ordinal))
            .SelectMany(card => Enumerable.Repeat(card.Key, quick ? 1 : card.Value))];
        _next = _deck.Length;
    }

    public FaultKind Draw()
    {
        if (_next == _deck.Length)
        {
            _random.Shuffle(_deck);
            _next = 0;
        }
        return _deck[_next++];
    }
}
