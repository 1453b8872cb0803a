namespace Postern.Tests.Api;

/// <summary>The system's clock, moved.</summary>
internal sealed class TestTime : TimeProvider
{
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;
}
