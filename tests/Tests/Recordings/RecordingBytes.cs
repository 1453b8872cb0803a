using System.Security.Cryptography;
using System.Text;
using Postern.Protocol.Recordings;

namespace Postern.Tests.Recordings;

/// <summary>Recordings made by hand, in memory.</summary>
internal static class RecordingBytes
{
    public static readonly byte[] SealingKey = RandomNumberGenerator.GetBytes(32);

    /// <summary>One chunk for each text, as output, then the end unless it is left out.</summary>
    public static byte[] Make(IReadOnlyList<string> texts, bool end = true, bool unfinished = false)
    {
        using var signer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var key = RandomNumberGenerator.GetBytes(RecordingFormat.DataKeySize);
        var facts = new RecordingFacts { SessionId = "anna-0123", Kind = "shell", PublicKey = Convert.ToBase64String(signer.ExportSubjectPublicKeyInfo()), KeyCommitment = KeySlot.CommitmentOf(key) };
        var header = RecordingHeader.Write(facts, KeySlot.WriteSealed(SealingKey, key, facts.SessionId));
        var file = new MemoryStream();
        file.Write(header);
        using var sealer = new ChunkSealer(key, header.AsSpan(header.Length - KeySlot.Size - RecordingFormat.HashSize, RecordingFormat.HashSize), 0);
        var scratch = new byte[ChunkHeader.Overhead + RecordingFormat.MaxEvents];
        var events = new byte[RecordingFormat.MaxEvents];
        for (var i = 0; i < texts.Count; i++)
        {
            var length = EventCodec.Write(events, RecordingEventKind.Output, 5, Encoding.UTF8.GetBytes(texts[i]));
            file.Write(scratch, 0, sealer.Seal(new ChunkHeader { Kind = ChunkKind.Data, Time = 1000 * i, NextOutput = i + 1 }, events.AsSpan(0, length), scratch));
            sealer.Written();
        }
        if (end)
            file.Write(sealer.SealEnd(new ChunkHeader { Flags = unfinished ? ChunkFlags.Unfinished : ChunkFlags.None, Time = 9000 }, new RecordingEnd { EndedAt = 1, Events = texts.Count, Unfinished = unfinished }, signer));
        return file.ToArray();
    }

    public static Task<RecordingVerdict> VerifyAsync(byte[] file) => RecordingVerifier.VerifyAsync(new MemoryStream(file), default);

    /// <summary>All events as "time kind body".</summary>
    public static async Task<(List<string> Events, RecordingEnd? End)> ReadAsync(Stream file, ReadOnlyMemory<byte> sealingKey)
    {
        using var reader = await RecordingReader.OpenAsync(file, sealingKey, default);
        var found = new List<string>();
        while (await reader.ReadChunkAsync(default))
            Collect(reader.Events, found);
        return (found, reader.End);
    }

    private static void Collect(EventReader events, List<string> found)
    {
        while (events.MoveNext())
            found.Add($"{events.Current.Time} {(char)events.Current.Kind} {events.Current.Text}");
    }
}
