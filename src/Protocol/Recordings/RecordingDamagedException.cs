namespace Postern.Protocol.Recordings;

/// <summary>The bytes are no recording, or not as the gateway wrote them.</summary>
/// <param name="chunk">The first bad chunk; -1: the header.</param>
/// <param name="fault">What is wrong, for people.</param>
public sealed class RecordingDamagedException(long chunk, string fault) : Exception(fault)
{
    public long Chunk => chunk;
}
