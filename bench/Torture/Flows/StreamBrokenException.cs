namespace Postern.Bench.Torture.Flows;

/// <summary>What can happen to a byte on its way.</summary>
internal enum Damage
{
    Lost,
    Doubled,
    Changed,
    /// <summary>The connection or the session ended under the stream.</summary>
    Ended,
    /// <summary>Nothing arrives any more.</summary>
    Stuck,
}

/// <summary>A stream did not arrive as it was sent.</summary>
internal sealed class StreamBrokenException(Damage damage, string message) : Exception(message)
{
    public Damage Damage => damage;
}
