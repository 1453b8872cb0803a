using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.AwsJson;
using Postern.Server.Recordings;
using Postern.Server.Recordings.Delivery;
using Postern.Server.Recordings.Search;
using Postern.Server.Storage;
using Postern.Tests.Support;

namespace Postern.Tests.Recordings.Reading;

/// <summary>How long recordings are kept, through a real gateway whose sweeps are made by hand.</summary>
public sealed class RetentionTests : IAsyncLifetime
{
    private const string Elsewhere = """{"bucket":"archive","prefix":"postern"}""";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private ServerHost _host = null!;
    private AwsJsonClient _api = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private RecordingStore Store => _host.Services.GetRequiredService<RecordingStore>();
    private DeliveryStore Deliveries => _host.Services.GetRequiredService<DeliveryStore>();

    public async ValueTask InitializeAsync()
    {
        _host = await ServerHost.StartAsync(options => options with { RecordingDays = 10 }, services => services.AddSingleton(new RecordingLimits { SweepInterval = TimeSpan.FromDays(1) }));
        _api = _host.CreateApiClient();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task An_old_recording_goes_with_its_lines_in_the_index_at_once()
    {
        var row = await RecordAsync(days: 11);
        Assert.Single((await SearchAsync()).Hits!);
        await SweepAsync();
        Assert.Null(await Store.FindAsync(row.SessionId, Cancel));
        Assert.Empty((await SearchAsync()).Hits!);
        Assert.Empty(await _host.Services.GetRequiredService<SearchIndex>().CompleteAsync(Cancel));
        Assert.False(File.Exists(Path.Combine(_host.DataFolder, "recordings", row.Path)));
    }

    [Fact]
    public async Task What_is_not_delivered_yet_stays_which_is_said_once_and_goes_when_it_is()
    {
        var row = await RecordAsync(days: 11);
        await Deliveries.AddAsync(row.SessionId, DeliveryRow.S3, "elsewhere", Elsewhere, Cancel);
        var delivery = Assert.Single(await Deliveries.ListAsync(row.SessionId, Cancel));
        await Deliveries.PostponeAsync(delivery, TimeSpan.FromDays(1), "The store is away.", Cancel);
        await SweepAsync();
        await SweepAsync();
        Assert.NotNull(await Store.FindAsync(row.SessionId, Cancel));
        var kept = Assert.Single(await AuditedAsync("RecordingKept"));
        Assert.Contains($"s3://archive/postern/{row.SessionId}.prec (The store is away.)", kept);
        Assert.Contains(DateTimeOffset.UtcNow.AddDays(29).ToString("yyyy-MM-dd", null), kept);

        var described = await _api.CallAsync(PlaybackOperations.DescribeRecordings, new DescribeRecordingsRequest { SessionId = row.SessionId }, Cancel);
        var shown = Assert.Single(Assert.Single(described.Recordings!).Deliveries!);
        Assert.Equal(("s3", "The store is away.", null), (shown.Kind, shown.Error, shown.DeliveredAt));

        await Deliveries.DoneAsync(delivery, Cancel);
        await SweepAsync();
        Assert.Null(await Store.FindAsync(row.SessionId, Cancel));
    }

    [Fact]
    public async Task What_cannot_be_delivered_is_not_kept_for_ever_but_on_hold_it_is()
    {
        var row = await RecordAsync(days: 41);
        await Deliveries.AddAsync(row.SessionId, DeliveryRow.S3, "elsewhere", Elsewhere, Cancel);
        await _api.CallAsync(RecordingOperations.PutLegalHold, new PutLegalHoldRequest { SessionId = row.SessionId, Reason = "Case 7" }, Cancel);
        await SweepAsync();
        Assert.NotNull(await Store.FindAsync(row.SessionId, Cancel));

        await _api.CallAsync(RecordingOperations.PutLegalHold, new PutLegalHoldRequest { SessionId = row.SessionId, Release = true }, Cancel);
        await SweepAsync();
        Assert.Null(await Store.FindAsync(row.SessionId, Cancel));
        Assert.Empty(await Deliveries.ListAsync(row.SessionId, Cancel));
        Assert.Contains("30 days later not delivered to s3://archive/", Assert.Single(await AuditedAsync("RecordingRemoved")));
    }

    private Task SweepAsync() => _host.Services.GetRequiredService<RecordingRetention>().RunAsync(Cancel);

    private Task<SearchRecordingsResponse> SearchAsync() => _api.CallAsync(PlaybackOperations.SearchRecordings, new SearchRecordingsRequest { Text = "needle" }, Cancel);

    private async Task<RecordingRow> RecordAsync(int days)
    {
        using var shell = await RecordedShell.StartAsync(_host);
        await shell.ShowAsync("needle\r\n");
        await shell.EndAsync(_host);
        var recorder = _host.Services.GetRequiredService<Recorder>();
        var index = _host.Services.GetRequiredService<SearchIndex>();
        await UntilAsync(async () => !recorder.IsOpen(shell.Id) && (await index.CompleteAsync(Cancel)).Contains(shell.Id), "the recording was not stored and indexed in time");
        var ended = DateTimeOffset.UtcNow.AddDays(-days).ToUnixTimeMilliseconds();
        await _host.Services.GetRequiredService<Database>().ExecuteAsync("UPDATE recordings SET ended_at = @ended WHERE session_id = @id", SqlParameters.Of(new { ended, id = shell.Id }), Cancel);
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
