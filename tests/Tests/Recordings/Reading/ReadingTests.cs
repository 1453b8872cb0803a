using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.AwsJson;
using Postern.Protocol.Recordings;
using Postern.Protocol.Recordings.Screen;
using Postern.Server.Recordings.Search;
using Postern.Tests.Api;
using Postern.Tests.Support;

namespace Postern.Tests.Recordings.Reading;

/// <summary>Recordings of shells through a real gateway: read, watched, searched, and by whom.</summary>
public sealed class ReadingTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private ServerHost _host = null!;
    private AwsJsonClient _api = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await ServerHost.StartAsync();
        _api = _host.CreateApiClient();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task What_was_typed_and_not_shown_is_masked_unless_secrets_are_asked_for()
    {
        using var shell = await RecordedShell.StartAsync(_host);
        await SudoAsync(shell);
        var first = await _api.CallAsync(PlaybackOperations.GetRecording, new GetRecordingRequest { SessionId = shell.Id }, Cancel);
        Assert.Equal(["r:90x30", "i:sudo id\r", "o:sudo id\r\nPassword: ", "i:*******\r", "o:\r\nuid=0\r\n"], RecordedShell.Lines(first.Data));
        Assert.Contains(shell.Id, first.Facts);
        Assert.Null(first.End);
        var secrets = await _api.CallAsync(PlaybackOperations.GetRecording, new GetRecordingRequest { SessionId = shell.Id, Secrets = true }, Cancel);
        Assert.Contains("i:hunter2\r", RecordedShell.Lines(secrets.Data));
    }

    [Fact]
    public async Task Secrets_are_another_permission_and_so_is_each_owner_s_session()
    {
        using var shell = await RecordedShell.StartAsync(_host);
        await SudoAsync(shell);
        var principals = new ApiPrincipals(_host);
        var (id, keys) = await principals.AddUserAsync("anna");
        var anna = _host.CreateApiClient(() => keys);
        await principals.SetPolicyAsync(id, ApiPrincipals.Allow("postern:GetRecording"));
        Assert.NotNull((await anna.CallAsync(PlaybackOperations.GetRecording, new GetRecordingRequest { SessionId = shell.Id }, Cancel)).Data);
        var denied = await Assert.ThrowsAsync<AwsErrorException>(() => anna.CallAsync(PlaybackOperations.GetRecording, new GetRecordingRequest { SessionId = shell.Id, Secrets = true }, Cancel));
        Assert.Contains("postern:GetRecordingSecrets", denied.Message);
        await principals.SetPolicyAsync(id, ApiPrincipals.Allow("postern:*", "arn:aws:ssm:*:*:session/${aws:userid}-*"));
        foreach (var call in (Func<Task>[])[() => anna.CallAsync(PlaybackOperations.GetRecording, new GetRecordingRequest { SessionId = shell.Id }, Cancel), () => anna.CallAsync(PlaybackOperations.WatchSession, new WatchSessionRequest { SessionId = shell.Id }, Cancel)])
            Assert.Equal("AccessDeniedException", (await Assert.ThrowsAsync<AwsErrorException>(call)).Code);
    }

    [Fact]
    public async Task A_long_recording_comes_in_pieces_and_whole()
    {
        using var shell = await RecordedShell.StartAsync(_host);
        var text = new StringBuilder();
        for (var i = 0; i < 60; i++)
        {
            var piece = string.Concat(Enumerable.Repeat($"{i:0000} ", 6000));
            text.Append(piece);
            await shell.ShowAsync(piece);
        }
        var (read, pieces) = (new StringBuilder(), 0);
        long? position = null;
        do
        {
            var piece = await _api.CallAsync(PlaybackOperations.GetRecording, new GetRecordingRequest { SessionId = shell.Id, Position = position }, Cancel);
            foreach (var line in RecordedShell.Lines(piece.Data))
                read.Append(line[2..]);
            position = piece.NextPosition;
            pieces++;
            if (pieces == 2)
                _host.Services.GetRequiredService<Server.Recordings.Reading.OpenReadings>().Dispose(); // as after a restart
        }
        while (position is not null);
        Assert.InRange(pieces, 3, 10);
        Assert.True(text.ToString() == read.ToString());
    }

    [Fact]
    public async Task A_sealed_copy_can_be_verified_and_with_its_key_be_read()
    {
        using var shell = await RecordedShell.StartAsync(_host);
        await SudoAsync(shell);
        await shell.EndAsync(_host);
        await RecordedAsync(shell.Id, "Complete");
        foreach (var secrets in new[] { false, true })
        {
            var copy = await _api.CallAsync(PlaybackOperations.GetRecording, new GetRecordingRequest { SessionId = shell.Id, Sealed = true, Secrets = secrets }, Cancel);
            using var file = new MemoryStream(copy.Data!);
            var verdict = await RecordingVerifier.VerifyAsync(file, Cancel);
            Assert.True(verdict.ToString().Length > 0);
            file.Position = 0;
            if (!secrets)
            {
                await Assert.ThrowsAsync<RecordingDamagedException>(() => RecordingReader.OpenAsync(file, default, Cancel));
                continue;
            }
            using var reader = await RecordingReader.OpenAsync(file, default, Cancel);
            while (await reader.ReadChunkAsync(Cancel))
            {
                // to the end
            }
            Assert.NotNull(reader.End);
        }
    }

    [Fact]
    public async Task A_file_that_was_put_in_place_of_another_is_not_read()
    {
        using var mine = await RecordedShell.StartAsync(_host);
        using var other = await RecordedShell.StartAsync(_host);
        foreach (var shell in new[] { mine, other })
        {
            await SudoAsync(shell);
            await shell.EndAsync(_host);
            await RecordedAsync(shell.Id, "Complete");
        }
        var folder = _host.Services.GetRequiredService<Server.Recordings.RecordingFolder>().Root;
        var (path, foreign) = (PathOf(mine), PathOf(other));
        var copy = await _api.CallAsync(PlaybackOperations.GetRecording, new GetRecordingRequest { SessionId = mine.Id, Sealed = true, Secrets = true }, Cancel);
        foreach (var file in new[] { await File.ReadAllBytesAsync(foreign, Cancel), copy.Data! }) // another session's, and a copy in clear such as anybody can make
        {
            await File.WriteAllBytesAsync(path, file, Cancel);
            foreach (var request in new[] { new GetRecordingRequest { SessionId = mine.Id }, new GetRecordingRequest { SessionId = mine.Id, Sealed = true }, new GetRecordingRequest { SessionId = mine.Id, Sealed = true, Position = 1 } })
                Assert.Equal("RecordingDamagedException", (await Assert.ThrowsAsync<AwsErrorException>(() => _api.CallAsync(PlaybackOperations.GetRecording, request, Cancel))).Code);
        }

        string PathOf(RecordedShell shell) => Assert.Single(Directory.GetFiles(folder, shell.Id + ".prec", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task One_who_comes_again_and_again_takes_nobody_s_place()
    {
        using var shell = await RecordedShell.StartAsync(_host);
        await shell.ShowAsync("here");
        var principals = new ApiPrincipals(_host);
        var (id, keys) = await principals.AddUserAsync("anna");
        await principals.SetPolicyAsync(id, ApiPrincipals.Allow("postern:WatchSession"));
        var anna = _host.CreateApiClient(() => keys);
        var early = await anna.CallAsync(PlaybackOperations.WatchSession, new WatchSessionRequest { SessionId = shell.Id }, Cancel);
        for (var i = 0; i < 70; i++)
        {
            try
            {
                await _api.CallAsync(PlaybackOperations.WatchSession, new WatchSessionRequest { SessionId = shell.Id }, Cancel);
            }
            catch (AwsErrorException e)
            {
                Assert.Equal("LimitExceededException", e.Code);
            }
        }
        await shell.ShowAsync("more");
        Assert.NotNull((await anna.CallAsync(PlaybackOperations.WatchSession, new WatchSessionRequest { SessionId = shell.Id, WatchId = early.WatchId, Position = early.Position }, Cancel)).Events);
    }

    [Fact]
    public async Task Whoever_watches_sees_the_screen_as_it_is_then_everything_once_and_how_it_ended()
    {
        using var shell = await RecordedShell.StartAsync(_host);
        await shell.ResizeAsync(90, 30);
        await shell.ShowAsync("\u001b[2J\u001b[5;10Hbefore");
        var first = await _api.CallAsync(PlaybackOperations.WatchSession, new WatchSessionRequest { SessionId = shell.Id }, Cancel);
        Assert.Equal((90, 30), (first.Columns, first.Rows));
        var screen = new TerminalScreen(90, 30);
        screen.Write(first.Screen);
        Assert.Equal("         before", screen.RowText(4));

        var seen = new List<string>();
        var watching = FollowAsync(shell.Id, first, seen);
        for (var i = 0; i < 50; i++)
            await shell.ShowAsync($"<{i}>");
        await shell.ResizeAsync(100, 40);
        await shell.ShowAsync("last");
        await shell.EndAsync(_host);
        var last = await watching.WaitAsync(Deadline, Cancel);
        Assert.Equal(string.Concat(Enumerable.Range(0, 50).Select(i => $"<{i}>")) + "last", string.Concat(seen.Where(line => line[0] == 'o').Select(line => line[2..])));
        Assert.Contains("r:100x40", seen);
        Assert.Contains("Terminated by", last.EndReason);
    }

    [Fact]
    public async Task One_who_fell_behind_gets_the_screen_again_and_a_stranger_s_watch_is_nobody_else_s()
    {
        using var shell = await RecordedShell.StartAsync(_host);
        await shell.ShowAsync("hello");
        var first = await _api.CallAsync(PlaybackOperations.WatchSession, new WatchSessionRequest { SessionId = shell.Id }, Cancel);
        for (var i = 0; i < 40; i++)
            await shell.ShowAsync(new string('x', 40_000));
        await shell.ShowAsync("\r\u001b[2J\u001b[Hnow");
        WatchSessionResponse next;
        var start = TimeProvider.System.GetTimestamp();
        do
            next = await _api.CallAsync(PlaybackOperations.WatchSession, new WatchSessionRequest { SessionId = shell.Id, WatchId = first.WatchId, Position = first.Position }, Cancel);
        while (next.Screen is null && TimeProvider.System.GetElapsedTime(start) < Deadline);
        var principals = new ApiPrincipals(_host);
        var (id, keys) = await principals.AddUserAsync("anna");
        await principals.SetPolicyAsync(id, ApiPrincipals.Allow("postern:WatchSession"));
        var stranger = await Assert.ThrowsAsync<AwsErrorException>(() => _host.CreateApiClient(() => keys).CallAsync(PlaybackOperations.WatchSession, new WatchSessionRequest { SessionId = shell.Id, WatchId = first.WatchId }, Cancel));
        Assert.Equal("WatchNotFoundException", stranger.Code);
        Assert.NotNull(next.Screen);
    }

    [Fact]
    public async Task Watching_is_in_the_audit_log_once()
    {
        using var shell = await RecordedShell.StartAsync(_host);
        await shell.ShowAsync("hello");
        var first = await _api.CallAsync(PlaybackOperations.WatchSession, new WatchSessionRequest { SessionId = shell.Id }, Cancel);
        await shell.ShowAsync("more");
        await _api.CallAsync(PlaybackOperations.WatchSession, new WatchSessionRequest { SessionId = shell.Id, WatchId = first.WatchId, Position = first.Position }, Cancel);
        await _host.RestartAsync(); // writes what nobody waited for
        var told = await _host.CreateApiClient().CallAsync(CloudTrailOperations.LookupEvents, new LookupEventsRequest { LookupAttributes = [new LookupAttribute { AttributeKey = "EventName", AttributeValue = "WatchSession" }] }, Cancel);
        Assert.Contains(shell.Id, Assert.Single(told.Events!).Record);
    }

    [Fact]
    public async Task Words_are_found_where_they_were_shown_by_those_who_may_play_them()
    {
        using var shell = await RecordedShell.StartAsync(_host);
        await SudoAsync(shell);
        await shell.ShowAsync("psql> \u001b[1mDROP TABLE\u001b[0m customers;\r\nERROR: 100% \"quoted\" no\r\n");
        await shell.EndAsync(_host);
        await RecordedAsync(shell.Id, "Complete");
        await IndexedAsync();

        var hit = Assert.Single((await SearchAsync("drop table")).Hits!);
        Assert.Equal((shell.Id, "psql> DROP TABLE customers;", "output", shell.Node.Id), (hit.SessionId, hit.Text, hit.Kind, hit.Target));
        Assert.InRange(hit.Offset, 0, 600);
        Assert.Single((await SearchAsync("custom*")).Hits!);
        Assert.Single((await SearchAsync("\"quoted\" no")).Hits!);
        Assert.Empty((await SearchAsync("hunter2")).Hits!);
        Assert.Empty((await SearchAsync("table drop")).Hits!);
        Assert.Empty((await SearchAsync("DROP TABLE", target: "mi-00000000000000000")).Hits!);
        Assert.Empty((await SearchAsync("\" OR *")).Hits!); // words, not a language
        await Assert.ThrowsAsync<AwsErrorException>(() => SearchAsync("\" *"));

        var principals = new ApiPrincipals(_host);
        var (id, keys) = await principals.AddUserAsync("anna");
        var anna = _host.CreateApiClient(() => keys);
        await principals.SetPolicyAsync(id, ApiPrincipals.Allow("postern:SearchRecordings"));
        Assert.Empty((await anna.CallAsync(PlaybackOperations.SearchRecordings, new SearchRecordingsRequest { Text = "DROP TABLE" }, Cancel)).Hits!);
        await principals.SetPolicyAsync(id, """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["postern:SearchRecordings","postern:GetRecording"],"Resource":"*"}}""");
        Assert.Single((await anna.CallAsync(PlaybackOperations.SearchRecordings, new SearchRecordingsRequest { Text = "DROP TABLE" }, Cancel)).Hits!);
    }

    [Fact]
    public async Task A_missing_index_is_made_again_and_recordings_are_listed()
    {
        using var shell = await RecordedShell.StartAsync(_host);
        await shell.ShowAsync("needle\r\n");
        await shell.EndAsync(_host);
        await RecordedAsync(shell.Id, "Complete");
        await _host.StopServerAsync();
        foreach (var file in Directory.GetFiles(Path.Combine(_host.DataFolder, "recordings"), "index.sealed*"))
            File.Delete(file);
        await _host.StartAgainAsync();
        _api = _host.CreateApiClient();
        await IndexedAsync();
        Assert.Equal(shell.Id, Assert.Single((await SearchAsync("needle")).Hits!).SessionId);
        var listed = await _api.CallAsync(PlaybackOperations.DescribeRecordings, new DescribeRecordingsRequest { Target = shell.Node.Id }, Cancel);
        Assert.Equal((shell.Id, "Complete", "shell"), (listed.Recordings![0].SessionId, listed.Recordings[0].Status, listed.Recordings[0].Kind));
    }

    private static async Task SudoAsync(RecordedShell shell)
    {
        await shell.ResizeAsync(90, 30);
        await shell.TypeAsync("sudo id\r");
        await shell.ShowAsync("sudo id\r\nPassword: ");
        await shell.TypeAsync("hunter2\r");
        await shell.ShowAsync("\r\nuid=0\r\n");
    }

    private async Task<WatchSessionResponse> FollowAsync(string id, WatchSessionResponse piece, List<string> seen)
    {
        while (piece.Ended != true || piece.Events is not null)
        {
            piece = await _api.CallAsync(PlaybackOperations.WatchSession, new WatchSessionRequest { SessionId = id, WatchId = piece.WatchId, Position = piece.Position }, Cancel);
            seen.AddRange(RecordedShell.Lines(piece.Events));
        }
        return piece;
    }

    private Task<SearchRecordingsResponse> SearchAsync(string text, string? target = null)
        => _api.CallAsync(PlaybackOperations.SearchRecordings, new SearchRecordingsRequest { Text = text, Target = target }, Cancel);

    private async Task IndexedAsync()
    {
        var index = _host.Services.GetRequiredService<SearchIndex>();
        for (var start = TimeProvider.System.GetTimestamp(); (await index.CompleteAsync(Cancel)).Count == 0; await Task.Delay(50, Cancel))
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Deadline, "the recording was not indexed in time");
    }

    private async Task RecordedAsync(string id, string status)
    {
        for (var start = TimeProvider.System.GetTimestamp(); ; await Task.Delay(50, Cancel))
        {
            var found = await _api.CallAsync(PlaybackOperations.DescribeRecordings, new DescribeRecordingsRequest { SessionId = id }, Cancel);
            if (found.Recordings!.Any(one => one.Status == status))
                return;
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Deadline, $"the recording did not become {status} in time");
        }
    }
}
