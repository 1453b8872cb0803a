using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.AwsJson;
using Postern.Server.Recordings;
using Postern.Server.Recordings.Delivery;
using Postern.Server.Recordings.Search;
using Postern.Tests.Api;
using Postern.Tests.Support;

namespace Postern.Tests.Recordings.Reading;

/// <summary>Recordings held and deleted through a real gateway.</summary>
public sealed class KeepingTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private ServerHost _host = null!;
    private AwsJsonClient _api = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private RecordingStore Store => _host.Services.GetRequiredService<RecordingStore>();

    public async ValueTask InitializeAsync()
    {
        _host = await ServerHost.StartAsync();
        _api = _host.CreateApiClient();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_deleted_recording_is_gone_with_its_file_its_lines_and_its_deliveries_and_the_audit_log_says_so()
    {
        using var shell = await RecordedShell.StartAsync(_host);
        await shell.ShowAsync("needle\r\n");
        Assert.Equal("RecordingOpenException", await ErrorAsync(_api, shell.Id));
        var row = await EndAsync(shell);
        var deliveries = _host.Services.GetRequiredService<DeliveryStore>();
        await deliveries.AddAsync(shell.Id, DeliveryRow.S3, "elsewhere", "{}", Cancel);
        var file = Path.Combine(_host.DataFolder, "recordings", row.Path);
        Assert.True(File.Exists(file));

        Assert.Equal(row.Hash, (await DeleteAsync(_api, shell.Id)).Hash);

        Assert.False(File.Exists(file));
        Assert.Null(await Store.FindAsync(shell.Id, Cancel));
        Assert.Empty(await deliveries.ListOpenAsync(shell.Id, Cancel));
        Assert.Empty(await _host.Services.GetRequiredService<SearchIndex>().CompleteAsync(Cancel));
        Assert.Empty((await _api.CallAsync(PlaybackOperations.SearchRecordings, new SearchRecordingsRequest { Text = "needle" }, Cancel)).Hits!);
        Assert.Equal("DoesNotExistException", await ErrorAsync(_api, shell.Id));
        await _host.RestartAsync(); // writes what nobody waited for
        var api = _host.CreateApiClient();
        Assert.Contains((await LookUpAsync(api, "DeleteRecording")).Events!, found => found.Record!.Contains(shell.Id) && !found.Record.Contains("errorCode"));
        Assert.Contains(row.Hash!, Assert.Single((await LookUpAsync(api, "RecordingRemoved")).Events!).Record);
    }

    [Fact]
    public async Task What_is_held_is_neither_deleted_nor_old_until_it_is_released()
    {
        using var shell = await RecordedShell.StartAsync(_host);
        await shell.ShowAsync("hello");
        await EndAsync(shell);
        var held = await _api.CallAsync(RecordingOperations.PutLegalHold, new PutLegalHoldRequest { SessionId = shell.Id, Reason = "Case 7" }, Cancel);
        Assert.Equal("Case 7", held.Recording!.LegalHold);
        var refused = await Assert.ThrowsAsync<AwsErrorException>(() => DeleteAsync(_api, shell.Id));
        Assert.Equal("RecordingHeldException", refused.Code);
        Assert.Contains("Case 7", refused.Message);
        Assert.Empty(await OldAsync());

        var released = await _api.CallAsync(RecordingOperations.PutLegalHold, new PutLegalHoldRequest { SessionId = shell.Id, Release = true }, Cancel);
        Assert.Null(released.Recording!.LegalHold);
        Assert.Equal(shell.Id, Assert.Single(await OldAsync()).SessionId);
        await DeleteAsync(_api, shell.Id);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("Case 7", true)]
    [InlineData("", null)]
    public async Task A_hold_has_a_reason_or_is_released(string? reason, bool? release)
    {
        var request = new PutLegalHoldRequest { SessionId = "anna-00000000000000000", Reason = reason, Release = release };
        Assert.Equal("ValidationException", (await Assert.ThrowsAsync<AwsErrorException>(() => _api.CallAsync(RecordingOperations.PutLegalHold, request, Cancel))).Code);
    }

    [Fact]
    public async Task Holding_and_deleting_are_permissions_of_their_own_and_of_each_owner_s_sessions()
    {
        using var shell = await RecordedShell.StartAsync(_host);
        await shell.ShowAsync("hello");
        await EndAsync(shell);
        var principals = new ApiPrincipals(_host);
        var (id, keys) = await principals.AddUserAsync("anna");
        var anna = _host.CreateApiClient(() => keys);
        var hold = new PutLegalHoldRequest { SessionId = shell.Id, Reason = "Case 7" };
        foreach (var policy in new[] { ApiPrincipals.Allow("postern:GetRecording"), ApiPrincipals.Allow("postern:*", "arn:aws:ssm:*:*:session/${aws:userid}-*") })
        {
            await principals.SetPolicyAsync(id, policy);
            Assert.Equal("AccessDeniedException", await ErrorAsync(anna, shell.Id));
            Assert.Equal("AccessDeniedException", (await Assert.ThrowsAsync<AwsErrorException>(() => anna.CallAsync(RecordingOperations.PutLegalHold, hold, Cancel))).Code);
        }
        await principals.SetPolicyAsync(id, ApiPrincipals.Allow("postern:PutLegalHold"));
        await anna.CallAsync(RecordingOperations.PutLegalHold, hold, Cancel);
        Assert.EndsWith("/anna", (await Store.FindAsync(shell.Id, Cancel))!.LegalHoldBy);
        Assert.Equal("AccessDeniedException", await ErrorAsync(anna, shell.Id));
    }

    private async Task<RecordingRow> EndAsync(RecordedShell shell)
    {
        await shell.EndAsync(_host);
        var recorder = _host.Services.GetRequiredService<Recorder>();
        var index = _host.Services.GetRequiredService<SearchIndex>();
        for (var start = TimeProvider.System.GetTimestamp(); recorder.IsOpen(shell.Id) || !(await index.CompleteAsync(Cancel)).Contains(shell.Id); await Task.Delay(50, Cancel))
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Deadline, "the recording was not stored and indexed in time");
        return (await Store.FindAsync(shell.Id, Cancel))!;
    }

    private Task<IReadOnlyList<RecordingRow>> OldAsync() => Store.ListEndedBeforeAsync(_host.Services.GetRequiredService<Recorder>().GatewayName, DateTimeOffset.UtcNow.AddDays(1), DateTimeOffset.UtcNow.AddDays(1), 10, Cancel);

    private static Task<DeleteRecordingResponse> DeleteAsync(AwsJsonClient client, string id) => client.CallAsync(RecordingOperations.DeleteRecording, new DeleteRecordingRequest { SessionId = id }, Cancel);

    private static async Task<string> ErrorAsync(AwsJsonClient client, string id) => (await Assert.ThrowsAsync<AwsErrorException>(() => DeleteAsync(client, id))).Code;

    private static Task<LookupEventsResponse> LookUpAsync(AwsJsonClient client, string name) => client.CallAsync(CloudTrailOperations.LookupEvents,
        new LookupEventsRequest { LookupAttributes = [new LookupAttribute { AttributeKey = "EventName", AttributeValue = name }] }, Cancel);
}
