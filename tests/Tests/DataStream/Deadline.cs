namespace Postern.Tests.DataStream;

/// <summary>How long a test waits for a signal before it fails; generous, because nothing is measured by it.</summary>
internal static class Deadline
{
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(60);
}
