using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.AwsJson;
using Postern.Protocol.Recordings;
using Postern.Server.Recordings;
using Postern.Tests.Support;

namespace Postern.Tests.Recordings.Reading;

/// <summary>The verifier that the page on the format shows, next to a recording of a real gateway: what is written there is enough.</summary>
public sealed class DocumentedVerifierTests
{
    private const string Page = "docs/protocol/recording.md";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_takes_a_whole_recording_and_names_the_first_bad_chunk()
    {
        await using var host = await ServerHost.StartAsync();
        using var folder = new TempFolder();
        using var shell = await RecordedShell.StartAsync(host);
        for (var i = 0; i < 8; i++)
            await shell.ShowAsync(new string((char)('a' + i), 30_000));
        await shell.EndAsync(host);
        var recorder = host.Services.GetRequiredService<Recorder>();
        for (var start = TimeProvider.System.GetTimestamp(); recorder.IsOpen(shell.Id); await Task.Delay(50, Cancel))
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Deadline, "the recording was not stored in time");
        var api = host.CreateApiClient();
        var whole = (await api.CallAsync(PlaybackOperations.GetRecording, new GetRecordingRequest { SessionId = shell.Id, Sealed = true }, Cancel)).Data!;
        var key = await api.CallAsync(RecordingOperations.GetRecordingKey, new GetRecordingKeyRequest(), Cancel);
        Assert.Equal((0, $"{shell.Id} is whole, signed by {key.Fingerprint}\n"), await RunAsync(whole));

        foreach (var place in (int[])[20, whole.Length / 3, whole.Length / 2, whole.Length - 100, whole.Length - 1])
        {
            var bad = whole.ToArray();
            bad[place] ^= 1;
            var (code, printed) = await RunAsync(bad);
            Assert.Equal(1, code);
            using var stream = new MemoryStream(bad);
            var chunk = (await RecordingVerifier.VerifyAsync(stream, Cancel)).BadChunk;
            var expected = place == 20 ? "the header was changed" : place == whole.Length - 1 ? "the signature is not of this recording" : $"chunk {chunk} was changed";
            Assert.Contains(expected, printed);
        }
        Assert.Contains("has no end", (await RunAsync(whole[..(whole.Length / 2)])).Printed);
        Assert.Contains("the signature is not", (await RunAsync([.. whole, 0])).Printed);

        async Task<(int, string Printed)> RunAsync(byte[] recording)
        {
            await File.WriteAllBytesAsync(folder["a.prec"], recording, Cancel);
            return await DocumentedPython.RunAsync(Page, "", folder["a.prec"]);
        }
    }
}
