namespace Postern.Server.Events.Delivery;

/// <summary>What one attempt came to.</summary>
internal readonly record struct Outcome
{
    public bool IsTaken { get; private init; }
    /// <summary>Whether another attempt can help.</summary>
    public bool MayRetry { get; private init; }
    /// <summary>When the target asked to be left alone until.</summary>
    public TimeSpan? After { get; private init; }
    public string Error { get => field ?? ""; private init; }

    public static Outcome Taken => new() { IsTaken = true };

    /// <summary>The target is away or busy.</summary>
    public static Outcome Later(string error, TimeSpan? after = null) => new() { MayRetry = true, Error = error, After = after };

    /// <summary>It will never take this one.</summary>
    public static Outcome Never(string error) => new() { Error = error };
}
