using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.AwsJson;
using Postern.Server.Audit;
using Postern.Server.Recordings;
using Postern.Server.Sessions;
using Postern.Server.Storage;
using Postern.Tests.Support;

namespace Postern.Tests.Recordings.Reading;

/// <summary>Recordings whose file is damaged or gone, and removals that something went wrong with, through a real gateway that sweeps all the time.</summary>
public sealed class LostRecordingTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private ServerHost _host = null!;
    private AwsJsonClient _api = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private RecordingStore Store => _host.Services.GetRequiredService<RecordingStore>();
    private Recorder Recorder => _host.Services.GetRequiredService<Recorder>();
    private Database Database => _host.Services.GetRequiredService<Database>();

    public async ValueTask InitializeAsync()
    {
        _host = await ServerHost.StartAsync(options => options with { RecordingDays = 10 }, services => services.AddSingleton(new RecordingLimits { SweepInterval = TimeSpan.FromMilliseconds(100) }));
        _api = _host.CreateApiClient();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData(true, "missing")]
    [InlineData(false, "damaged")]
    public async Task One_without_a_file_that_could_be_given_an_end_is_told_and_can_be_deleted(bool missing, string told)
    {
        var row = await LoseAsync(missing);
        Assert.Equal((RecordingRow.Unfinished, null), (row.State, row.Hash));
        Assert.Contains(told, row.EndReason);
        Assert.Contains(row.SessionId, Assert.Single(await AuditedAsync("RecordingDamaged")));
        await _api.CallAsync(RecordingOperations.DeleteRecording, new DeleteRecordingRequest { SessionId = row.SessionId }, Cancel);
        Assert.Null(await Store.FindAsync(row.SessionId, Cancel));
        Assert.False(File.Exists(FileOf(row)));
    }

    [Fact]
    public async Task It_gets_old_like_others()
    {
        var row = await LoseAsync(missing: false);
        await Database.ExecuteAsync("UPDATE recordings SET ended_at = 1", null, Cancel);
        await UntilAsync(async () => await Store.FindAsync(row.SessionId, Cancel) is null, "it was not removed in time");
    }

    [Fact]
    public async Task A_file_that_is_put_back_is_read_again()
    {
        var row = await RecordAsync();
        File.Move(FileOf(row), FileOf(row) + ".away");
        await OpenAgainAsync();
        await UntilAsync(async () => (await Store.FindAsync(row.SessionId, Cancel))!.State == RecordingRow.Unfinished, "it was not missed in time");
        File.Move(FileOf(row) + ".away", FileOf(row));
        await UntilAsync(async () => (await Store.FindAsync(row.SessionId, Cancel))!.Hash == row.Hash, "it was not found in time");
    }

    [Fact]
    public async Task A_session_whose_recording_cannot_be_gone_on_with_leaves_nothing_open()
    {
        using var shell = await RecordedShell.StartAsync(_host);
        await shell.ShowAsync("hello");
        await Recorder.Find(shell.Id)!.FlushAsync(Cancel);
        var file = Path.Combine(_host.DataFolder, "recordings", Recorder.RowOf(shell.Id)!.Path);
        Damage(file);
        await _host.RestartAsync();
        var session = await _host.Services.GetRequiredService<LiveSessions>().FindAsync(shell.Id, Cancel);
        Assert.Null(await Recorder.OpenAsync(session!, Cancel));
        Assert.False(Recorder.IsOpen(shell.Id));
        Assert.Equal(0, Recorder.Count);
    }

    [Fact]
    public async Task A_removal_that_was_cut_off_is_finished_and_nobody_finds_the_recording_meanwhile()
    {
        var row = await RecordAsync();
        var removal = _host.Services.GetRequiredService<RecordingRemoval>();
        await Database.ExecuteAsync("ALTER TABLE recording_deliveries RENAME TO away", null, Cancel);
        try
        {
            await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => removal.RemoveAsync(row, AuditPrincipal.Gateway(_host.Options.Account), "It was asked for.", Cancel));
            Assert.Contains("It was asked for.", Assert.Single(await AuditedAsync("RecordingRemoved")));
            Assert.Null(await Store.FindAsync(row.SessionId, Cancel));
            Assert.False(await Store.HoldAsync(row.SessionId, "Case 7", "anna", Cancel));
            Assert.Empty((await _api.CallAsync(PlaybackOperations.SearchRecordings, new SearchRecordingsRequest { Text = "needle" }, Cancel)).Hits!);
            Assert.Single(await Store.ListRemovedAsync(row.Gateway, Cancel));
        }
        finally
        {
            await Database.ExecuteAsync("ALTER TABLE away RENAME TO recording_deliveries", null, Cancel);
        }
        await UntilAsync(async () => (await Store.ListRemovedAsync(row.Gateway, Cancel)).Count == 0, "it was not finished in time");
        Assert.False(File.Exists(FileOf(row)));
    }

    [Fact]
    public async Task A_file_that_a_killed_gateway_left_is_removed_with_its_row()
    {
        var row = await RecordAsync();
        Assert.True(await Store.BeginRemovalAsync(row.SessionId, "It was asked for.", Cancel));
        await UntilAsync(async () => (await Store.ListRemovedAsync(row.Gateway, Cancel)).Count == 0, "it was not finished in time");
        Assert.False(File.Exists(FileOf(row)));
        Assert.Contains("begun before", Assert.Single(await AuditedAsync("RecordingRemoved")));
    }

    private async Task<RecordingRow> LoseAsync(bool missing)
    {
        var row = await RecordAsync();
        if (missing)
            File.Delete(FileOf(row));
        else
            Damage(FileOf(row));
        await OpenAgainAsync();
        await UntilAsync(async () => (await Store.FindAsync(row.SessionId, Cancel))!.State != RecordingRow.Open, "it was not missed in time");
        return (await Store.FindAsync(row.SessionId, Cancel))!;
    }

    /// <summary>As a killed gateway leaves it.</summary>
    private Task OpenAgainAsync() => Database.ExecuteAsync("UPDATE recordings SET state = 'Open', ended_at = NULL, hash = NULL", null, Cancel);

    private static void Damage(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        stream.Position = 30;
        var value = stream.ReadByte();
        stream.Position = 30;
        stream.WriteByte((byte)(value ^ 1));
    }

    private string FileOf(RecordingRow row) => Path.Combine(_host.DataFolder, "recordings", row.Path);

    private async Task<RecordingRow> RecordAsync()
    {
        using var shell = await RecordedShell.StartAsync(_host);
        await shell.ShowAsync("needle\r\n");
        await shell.EndAsync(_host);
        await UntilAsync(async () => !Recorder.IsOpen(shell.Id) && await Store.FindAsync(shell.Id, Cancel) is { Hash: not null }, "the recording was not stored in time");
        await UntilAsync(() => Task.FromResult(_host.Services.GetRequiredService<LiveSessions>().Find(shell.Id) is null), "the session was not forgotten in time");
        return (await Store.FindAsync(shell.Id, Cancel))!;
    }

    private async Task<List<string>> AuditedAsync(string name)
    {
        var request = new LookupEventsRequest { LookupAttributes = [new LookupAttribute { AttributeKey = "EventName", AttributeValue = name }] };
        var found = new List<string>();
        await UntilAsync(async () =>
        {
            found = [.. (await _api.CallAsync(CloudTrailOperations.LookupEvents, request, Cancel)).Events!.Select(one => one.Record!)];
            return found.Count > 0;
        }, $"{name} was not audited in time");
        return found;
    }

    private static async Task UntilAsync(Func<Task<bool>> reached, string fault)
    {
        for (var start = TimeProvider.System.GetTimestamp(); !await reached(); await Task.Delay(50, Cancel))
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Deadline, fault);
    }
}
