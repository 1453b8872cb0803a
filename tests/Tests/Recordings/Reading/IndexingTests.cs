using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.AwsJson;
using Postern.Server.Recordings.Search;
using Postern.Tests.Support;

namespace Postern.Tests.Recordings.Reading;

/// <summary>Which recordings come into the index first, through a real gateway.</summary>
public sealed class IndexingTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_ended_has_room_however_many_sessions_go_on()
    {
        await using var host = await ServerHost.StartAsync(replace: services => services.AddSingleton(new IndexLimits { MaxLive = 1, MaxEnded = 1 }));
        using var first = await RecordedShell.StartAsync(host);
        await first.ShowAsync("live\r\n");
        await FoundAsync(host, "live", first); // it takes the only place for those that go on
        using var second = await RecordedShell.StartAsync(host);
        await second.ShowAsync("second\r\n");
        using var third = await RecordedShell.StartAsync(host);
        await third.ShowAsync("third\r\n");

        await third.EndAsync(host);
        await FoundAsync(host, "third", third);
        await second.EndAsync(host);
        await FoundAsync(host, "second", second);
        await first.ShowAsync("later\r\n");
        await FoundAsync(host, "later", first);
    }

    private static async Task FoundAsync(ServerHost host, string text, RecordedShell shell)
    {
        var (api, request) = (host.CreateApiClient(), new SearchRecordingsRequest { Text = text });
        for (var start = TimeProvider.System.GetTimestamp(); ; await Task.Delay(100, Cancel))
        {
            if ((await api.CallAsync(PlaybackOperations.SearchRecordings, request, Cancel)).Hits is { Count: > 0 } hits)
            {
                Assert.Equal(shell.Id, Assert.Single(hits).SessionId);
                return;
            }
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Deadline, $"{text} was not found in time");
        }
    }
}
