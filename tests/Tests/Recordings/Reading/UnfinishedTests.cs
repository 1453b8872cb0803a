using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.AwsJson;
using Postern.Server.Storage;
using Postern.Tests.Support;

namespace Postern.Tests.Recordings.Reading;

public sealed class UnfinishedTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_listens_to_events_is_told_of_a_recording_that_was_closed_without_its_end()
    {
        await using var host = await ServerHost.StartAsync();
        using var shell = await RecordedShell.StartAsync(host);
        await shell.ShowAsync("hello\r\n");
        var description = host.Services.GetRequiredService<Database>().Description;
        await host.StopServerAsync();
        // Another gateway has ended the session meanwhile, which does not have the file.
        await using (var database = Database.Create("sqlite:" + description["SQLite ".Length..]))
            await database.ExecuteAsync("UPDATE sessions SET state = 'Terminated', ended_at = started_at WHERE id = @id", SqlParameters.Of(new { id = shell.Id }), Cancel);
        await host.StartAgainAsync();

        var (api, request) = (host.CreateApiClient(), new ListEventsRequest { Subject = shell.Id, DetailType = "Recording Unfinished" });
        IReadOnlyList<string> told;
        for (var start = TimeProvider.System.GetTimestamp(); (told = (await api.CallAsync(EventLogOperations.ListEvents, request, Cancel)).Events!).Count == 0; await Task.Delay(50, Cancel))
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Deadline, "nothing was told of it");
        Assert.Contains("did not see the session's end", Assert.Single(told));
    }
}
