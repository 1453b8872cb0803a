using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;

namespace Postern.Protocol.Recordings;

/// <summary>The beginning of a file.</summary>
/// <param name="Facts">In clear.</param>
/// <param name="Hash">Of the facts; the first chunk follows it.</param>
/// <param name="Slot">See <see cref="KeySlot"/>.</param>
/// <param name="Size">Bytes, the slot included.</param>
public sealed record RecordingHeader(RecordingFacts Facts, byte[] Hash, byte[] Slot, int Size)
{
    /// <exception cref="ArgumentException">The facts are too long.</exception>
    public static byte[] Write(RecordingFacts facts, ReadOnlySpan<byte> slot)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(facts, RecordingsJsonContext.Default.RecordingFacts);
        if (json.Length > RecordingFormat.MaxFacts)
            throw new ArgumentException($"The facts of a recording may have {RecordingFormat.MaxFacts} bytes; these have {json.Length}.", nameof(facts));
        var header = new byte[RecordingFormat.PrefixSize + json.Length + RecordingFormat.HashSize + KeySlot.Size];
        RecordingFormat.Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), json.Length);
        json.CopyTo(header.AsSpan(RecordingFormat.PrefixSize));
        var hashed = RecordingFormat.PrefixSize + json.Length;
        SHA256.HashData(header.AsSpan(0, hashed), header.AsSpan(hashed));
        slot.CopyTo(header.AsSpan(hashed + RecordingFormat.HashSize));
        return header;
    }

    /// <summary>Reads it from the beginning of a file.</summary>
    /// <exception cref="RecordingDamagedException">It is no recording, or its header was changed.</exception>
    public static async Task<RecordingHeader> ReadAsync(Stream file, CancellationToken cancellationToken)
    {
        var prefix = new byte[RecordingFormat.PrefixSize];
        if (await file.ReadAtLeastAsync(prefix, prefix.Length, false, cancellationToken).ConfigureAwait(false) < prefix.Length || !prefix.AsSpan().StartsWith(RecordingFormat.Magic[..^1]))
            throw new RecordingDamagedException(-1, "It is no recording of Postern, or its first bytes were changed.");
        if (prefix[7] != RecordingFormat.Magic[^1])
            throw new RecordingDamagedException(-1, $"The recording has format {prefix[7]}; this program reads format {RecordingFormat.Magic[^1]}. Use a newer program, if its first bytes were not changed.");
        var length = BinaryPrimitives.ReadInt32LittleEndian(prefix.AsSpan(8));
        if (length is <= 0 or > RecordingFormat.MaxFacts)
            throw new RecordingDamagedException(-1, $"The header says that its facts have {length} bytes; they have 1 to {RecordingFormat.MaxFacts}.");
        var rest = new byte[length + RecordingFormat.HashSize + KeySlot.Size];
        if (await file.ReadAtLeastAsync(rest, rest.Length, false, cancellationToken).ConfigureAwait(false) < rest.Length)
            throw new RecordingDamagedException(-1, "The recording is cut off in its header.");
        return Parse(prefix, rest, length);
    }

    private static RecordingHeader Parse(byte[] prefix, byte[] rest, int length)
    {
        var hash = rest.AsSpan(length, RecordingFormat.HashSize).ToArray();
        var slot = rest.AsSpan(length + RecordingFormat.HashSize).ToArray();
        using var actual = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        actual.AppendData(prefix);
        actual.AppendData(rest.AsSpan(0, length));
        if (!actual.GetHashAndReset().AsSpan().SequenceEqual(hash))
            throw new RecordingDamagedException(-1, "The header was changed: its facts do not have its hash.");
        if (!KeySlot.IsWhole(slot))
            throw new RecordingDamagedException(-1, "The header's key slot was changed.");
        try
        {
            var facts = JsonSerializer.Deserialize(rest.AsSpan(0, length), RecordingsJsonContext.Default.RecordingFacts);
            return new RecordingHeader(facts ?? throw new JsonException("null"), hash, slot, prefix.Length + rest.Length);
        }
        catch (JsonException e)
        {
            throw new RecordingDamagedException(-1, $"The header's facts cannot be read: {e.Message}");
        }
    }
}
