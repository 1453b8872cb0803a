using System.Security.Cryptography;
using Postern.Protocol.Recordings;
using Postern.Server.Recordings;

namespace Postern.Tests.Recordings;

/// <summary>A recording without an end is given one by the gateway alone: what lies in its place is not believed because it is signed.</summary>
public sealed class ForgedRecordingTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_end_that_somebody_else_signed_is_not_believed(bool sealedKey)
    {
        await using var world = await RecordingWorld.CreateAsync();
        await world.OutAsync(0, "what was done");
        await world.StopAsync();
        await ForgeAsync(world, world.Recording.SessionId, sealedKey);
        var row = new RecordingRow { SessionId = world.Recording.SessionId, Path = world.Recording.RelativePath, State = RecordingRow.Open };
        await Assert.ThrowsAsync<RecordingDamagedException>(() => new RecordingRepair(world.Folder, world.Keys, world.Time).CloseAsync(row, default));
    }

    [Fact]
    public async Task The_end_of_another_session_is_not_believed()
    {
        await using var world = await RecordingWorld.CreateAsync();
        await world.OutAsync(0, "what was done");
        await world.EndAsync();
        var path = world.Recording.RelativePath.Replace(world.Recording.SessionId, "other-1");
        File.Move(world.Path, world.Folder.Full(path));
        await Assert.ThrowsAsync<RecordingDamagedException>(() => new RecordingRepair(world.Folder, world.Keys, world.Time).CloseAsync(new RecordingRow { SessionId = "other-1", Path = path }, default));
    }

    /// <param name="world">Whose file is put another in the place of.</param>
    /// <param name="session">Of the file.</param>
    /// <param name="sealedKey">The forger has the recording's own key, from a copy; else he takes one of his own.</param>
    private static async Task ForgeAsync(RecordingWorld world, string session, bool sealedKey)
    {
        using var signer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (key, slot) = (RandomNumberGenerator.GetBytes(RecordingFormat.DataKeySize), Array.Empty<byte>());
        if (sealedKey)
        {
            await using var original = File.OpenRead(world.Path);
            using var reader = await RecordingReader.OpenAsync(original, world.Keys.SealingKey, default);
            (key, slot) = (reader.CopyKey(), reader.Header.Slot);
        }
        var facts = new RecordingFacts { SessionId = session, Kind = "shell", PublicKey = Convert.ToBase64String(signer.ExportSubjectPublicKeyInfo()), KeyCommitment = KeySlot.CommitmentOf(key) };
        var header = RecordingHeader.Write(facts, sealedKey ? slot : KeySlot.WriteClear(key));
        using var sealer = new ChunkSealer(key, header.AsSpan(header.Length - KeySlot.Size - RecordingFormat.HashSize, RecordingFormat.HashSize), 0);
        await File.WriteAllBytesAsync(world.Path, [.. header, .. sealer.SealEnd(default, new RecordingEnd { EndedAt = 1 }, signer)]);
    }
}
