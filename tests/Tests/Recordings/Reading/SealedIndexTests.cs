using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.AwsJson;
using Postern.Server.Recordings.Search;
using Postern.Tests.Support;

namespace Postern.Tests.Recordings.Reading;

/// <summary>What the disk of a gateway says of its sessions to whoever takes it away.</summary>
public sealed class SealedIndexTests : IAsyncLifetime
{
    private const string Word = "zebrafinch";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private ServerHost _host = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Recordings => Path.Combine(_host.DataFolder, "recordings");

    public async ValueTask InitializeAsync() => _host = await ServerHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_word_of_a_session_is_found_by_search_and_in_no_byte_of_the_disk()
    {
        var id = await RecordAsync();
        AssertNothingInClear(); // while the log is not yet in the index
        await _host.RestartAsync();
        AssertNothingInClear();
        await AssertFoundAsync(id);
    }

    [Fact]
    public async Task An_index_in_clear_of_an_earlier_version_is_removed_and_a_sealed_one_made_from_the_recordings()
    {
        var id = await RecordAsync();
        await _host.StopServerAsync();
        File.Delete(Path.Combine(Recordings, "index.sealed"));
        var clear = Path.Combine(Recordings, "index.db");
        await using (var old = new SqliteConnection($"Data Source={clear};Pooling=False"))
        {
            await old.OpenAsync(Cancel);
            await using var command = old.CreateCommand();
            command.CommandText = $"CREATE TABLE lines (text TEXT); INSERT INTO lines VALUES ('{Word}')";
            await command.ExecuteNonQueryAsync(Cancel);
        }
        await _host.StartAgainAsync();
        await AssertFoundAsync(id);
        Assert.False(File.Exists(clear));
        AssertNothingInClear();
    }

    [Fact]
    public async Task A_damaged_index_is_made_again()
    {
        var id = await RecordAsync();
        await _host.StopServerAsync();
        var path = Path.Combine(Recordings, "index.sealed");
        var bytes = await File.ReadAllBytesAsync(path, Cancel);
        bytes[100] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Cancel);
        await _host.StartAgainAsync();
        await AssertFoundAsync(id);
    }

    private async Task<string> RecordAsync()
    {
        using var shell = await RecordedShell.StartAsync(_host);
        await shell.TypeAsync($"grep {Word} birds\r");
        await shell.ShowAsync($"grep {Word} birds\r\n{Word} of the north sings\r\n");
        await shell.EndAsync(_host);
        await AssertFoundAsync(shell.Id);
        return shell.Id;
    }

    private async Task AssertFoundAsync(string id)
    {
        var index = _host.Services.GetRequiredService<SearchIndex>();
        for (var start = TimeProvider.System.GetTimestamp(); !(await index.CompleteAsync(Cancel)).Contains(id); await Task.Delay(50, Cancel))
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Deadline, "the recording was not indexed in time");
        // Other words of the line: what is asked for stands in the audit log.
        var hits = (await _host.CreateApiClient().CallAsync(PlaybackOperations.SearchRecordings, new SearchRecordingsRequest { Text = "of the north si*" }, Cancel)).Hits!;
        Assert.Equal((id, $"{Word} of the north sings"), (Assert.Single(hits).SessionId, hits[0].Text));
    }

    private void AssertNothingInClear()
    {
        var looked = 0;
        // The head of the audit log is written beside itself and takes its place: such a file may be gone when it is opened.
        foreach (var file in Directory.EnumerateFiles(_host.DataFolder, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".new", StringComparison.Ordinal)))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            looked += stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) > 0 ? 1 : 0;
            Assert.False(Encoding.Latin1.GetString(bytes).Contains(Word), $"{file} has a word of a session in clear");
        }
        Assert.True(looked > 3);
    }
}
