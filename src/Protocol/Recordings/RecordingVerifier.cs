namespace Postern.Protocol.Recordings;

/// <summary>What a file proves.</summary>
public enum RecordingState
{
    /// <summary>Whole, and signed by the key in its header.</summary>
    Complete,
    /// <summary>Whole and signed, but the gateway did not see the session's end.</summary>
    Unfinished,
    /// <summary>Whole as far as it goes, without an end: it is being written, or was cut off there. Nothing is signed.</summary>
    Open,
    /// <summary>Not as it was written.</summary>
    Damaged,
}

/// <param name="State">What it proves.</param>
/// <param name="Facts">Null when the header cannot be trusted.</param>
/// <param name="GoodChunks">From the beginning.</param>
/// <param name="BadChunk">Index of the first bad one; -1: the header. Null: none is.</param>
/// <param name="Fault">For people; null when nothing is wrong.</param>
public sealed record RecordingVerdict(RecordingState State, RecordingFacts? Facts, long GoodChunks, long? BadChunk, string? Fault);

/// <summary>
/// Looks at every byte of a recording. No key is needed. What the signature's key is worth is for the caller to say: whoever forges a recording signs it with a key of
/// his own, so compare it with the gateway's.
/// </summary>
public static class RecordingVerifier
{
    public static async Task<RecordingVerdict> VerifyAsync(Stream file, CancellationToken cancellationToken)
    {
        ChunkScanner? scanner = null;
        try
        {
            scanner = await ChunkScanner.OpenAsync(file, cancellationToken).ConfigureAwait(false);
            var last = default(ChunkHeader);
            while (await scanner.ReadAsync(cancellationToken).ConfigureAwait(false))
                last = scanner.Chunk;
            var state = !scanner.IsEnded ? RecordingState.Open : last.Flags.HasFlag(ChunkFlags.Unfinished) ? RecordingState.Unfinished : RecordingState.Complete;
            var fault = scanner.IsCutOff ? $"Chunk {scanner.Count} is cut off." : null;
            return new RecordingVerdict(state, scanner.Header.Facts, scanner.Count, scanner.IsCutOff ? scanner.Count : null, fault);
        }
        catch (RecordingDamagedException e)
        {
            return new RecordingVerdict(RecordingState.Damaged, scanner?.Header.Facts, scanner?.Count ?? 0, e.Chunk, e.Message);
        }
    }
}
