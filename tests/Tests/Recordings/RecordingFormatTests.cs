using Postern.Protocol.Recordings;

namespace Postern.Tests.Recordings;

public sealed class RecordingFormatTests
{
    [Fact]
    public async Task What_was_written_is_read_with_its_times_and_its_end()
    {
        var (events, end) = await RecordingBytes.ReadAsync(new MemoryStream(RecordingBytes.Make(["one", "two", ""])), RecordingBytes.SealingKey);
        Assert.Equal(["5 o one", "1005 o two", "2005 o "], events);
        Assert.Equal(3, end!.Events);
    }

    [Fact]
    public async Task A_whole_recording_is_complete_without_any_key()
    {
        var verdict = await RecordingBytes.VerifyAsync(RecordingBytes.Make(["one", "two"]));
        Assert.Equal(RecordingState.Complete, verdict.State);
        Assert.Equal(3, verdict.GoodChunks);
        Assert.Null(verdict.BadChunk);
    }

    [Fact]
    public async Task One_that_the_gateway_closed_later_is_unfinished()
        => Assert.Equal(RecordingState.Unfinished, (await RecordingBytes.VerifyAsync(RecordingBytes.Make(["one"], unfinished: true))).State);

    [Fact]
    public async Task Every_changed_byte_is_found_and_its_chunk_is_named()
    {
        var whole = RecordingBytes.Make(["first", "second", "third"]);
        var starts = Starts(whole);
        for (var at = 0; at < whole.Length; at++)
        {
            var changed = (byte[])whole.Clone();
            changed[at] ^= 1;
            var verdict = await RecordingBytes.VerifyAsync(changed);
            Assert.True(verdict.State == RecordingState.Damaged || verdict.BadChunk is not null, $"byte {at}");
            Assert.Equal(starts.FindLastIndex(start => start <= at) - 1, verdict.BadChunk);
        }
    }

    [Fact]
    public async Task A_chunk_that_was_taken_out_is_missed()
    {
        var whole = RecordingBytes.Make(["first", "second", "third"]);
        var starts = Starts(whole);
        var shorter = whole[..starts[2]].Concat(whole[starts[3]..]).ToArray();
        var verdict = await RecordingBytes.VerifyAsync(shorter);
        Assert.Equal(RecordingState.Damaged, verdict.State);
        Assert.Equal(1, verdict.BadChunk);
    }

    [Fact]
    public async Task A_recording_cut_off_anywhere_is_not_complete_and_reads_up_to_its_last_whole_chunk()
    {
        var whole = RecordingBytes.Make(["first", "second"]);
        var starts = Starts(whole);
        for (var length = starts[1]; length < whole.Length; length++)
        {
            Assert.Equal(RecordingState.Open, (await RecordingBytes.VerifyAsync(whole[..length])).State);
            var (events, end) = await RecordingBytes.ReadAsync(new MemoryStream(whole[..length]), RecordingBytes.SealingKey);
            Assert.Equal(Math.Min(2, starts.Count(start => start <= length) - 2), events.Count);
            Assert.Null(end);
        }
    }

    [Fact]
    public async Task An_end_whose_signature_is_not_there_yet_is_read_again_when_it_is()
    {
        var whole = RecordingBytes.Make(["one"]);
        var file = new MemoryStream();
        file.Write(whole, 0, whole.Length - 1);
        file.Position = 0;
        using var reader = await RecordingReader.OpenAsync(file, RecordingBytes.SealingKey, default);
        Assert.True(await reader.ReadChunkAsync(default));
        var hash = reader.Hash.ToArray();
        Assert.False(await reader.ReadChunkAsync(default));
        Assert.Equal(hash, reader.Hash.ToArray());
        file.WriteByte(whole[^1]);
        file.Position = reader.Read.Bytes;
        Assert.False(await reader.ReadChunkAsync(default));
        Assert.NotNull(reader.End);
    }

    [Fact]
    public async Task Bytes_behind_the_end_are_found()
        => Assert.Equal(RecordingState.Damaged, (await RecordingBytes.VerifyAsync([.. RecordingBytes.Make(["one"]), 0])).State);

    [Fact]
    public async Task The_wrong_sealing_key_opens_nothing()
        => await Assert.ThrowsAsync<RecordingDamagedException>(() => RecordingBytes.ReadAsync(new MemoryStream(RecordingBytes.Make(["one"])), new byte[32]));

    [Fact]
    public async Task A_copy_with_its_key_in_clear_is_read_without_a_sealing_key_and_verifies_as_before()
    {
        var file = RecordingBytes.Make(["one"]);
        using var reader = await RecordingReader.OpenAsync(new MemoryStream(file), RecordingBytes.SealingKey, default);
        KeySlot.WriteClear(reader.CopyKey()).CopyTo(file, reader.Header.Size - KeySlot.Size);
        Assert.Equal(["5 o one"], (await RecordingBytes.ReadAsync(new MemoryStream(file), default)).Events);
        Assert.Equal(RecordingState.Complete, (await RecordingBytes.VerifyAsync(file)).State);
    }

    [Fact]
    public async Task Noise_is_no_recording_and_costs_no_memory()
    {
        var random = new Random(1);
        for (var i = 0; i < 1000; i++)
        {
            var whole = RecordingBytes.Make(["one", "two"]);
            var noise = (byte[])whole.Clone();
            random.NextBytes(noise.AsSpan(random.Next(noise.Length)));
            if (!noise.AsSpan().SequenceEqual(whole)) // one random byte may be the one that stood there
                Assert.NotNull((await RecordingBytes.VerifyAsync(noise)).BadChunk);
        }
    }

    /// <summary>Where the header, each chunk and the end begin.</summary>
    private static List<int> Starts(byte[] file)
    {
        var facts = BitConverter.ToInt32(file, 8);
        var starts = new List<int> { 0, RecordingFormat.PrefixSize + facts + RecordingFormat.HashSize + KeySlot.Size };
        while (ChunkHeader.TryRead(file.AsSpan(starts[^1]), out var header) && header.Kind == ChunkKind.Data)
            starts.Add(starts[^1] + ChunkHeader.Size + header.Length + RecordingFormat.HashSize);
        return starts;
    }
}
