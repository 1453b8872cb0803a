using Postern.Protocol.AwsJson;
using Postern.Tests.Api;
using Postern.Tests.Support;

namespace Postern.Tests.Recordings.Reading;

/// <summary>Many who watch one session.</summary>
public sealed class WatchingTests : IAsyncLifetime
{
    private const int MostOfOne = 8, Most = 64;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private ServerHost _host = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await ServerHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>Otherwise those who watch would push each other out and begin anew without end, each time with an entry in the audit log.</summary>
    [Fact]
    public async Task One_who_watches_as_often_as_may_be_is_told_so_and_those_who_watch_stay()
    {
        using var shell = await RecordedShell.StartAsync(_host);
        await shell.ShowAsync("here");
        var api = _host.CreateApiClient();
        var watches = new List<WatchSessionResponse>();
        for (var i = 0; i < MostOfOne; i++)
            watches.Add(await WatchAsync(api, shell.Id));

        var refused = await Assert.ThrowsAsync<AwsErrorException>(() => BeginAsync(api, shell.Id));
        Assert.Equal(("LimitExceededException", $"You watch session {shell.Id} {MostOfOne} times already, as often as one may. Leave one of them, then begin again."), (refused.Code, refused.Message));
        foreach (var watch in watches)
            await GoOnAsync(api, shell.Id, watch, Cancel);

        // One of them hangs up in the middle of a call: its place is free once the gateway has heard of it.
        var start = TimeProvider.System.GetTimestamp();
        WatchSessionResponse? ninth = null;
        while (ninth is null && TimeProvider.System.GetElapsedTime(start) < Deadline)
        {
            using var hangUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => GoOnAsync(api, shell.Id, watches[3], hangUp.Token, watches[3].Position));
            try
            {
                ninth = await BeginAsync(api, shell.Id);
            }
            catch (AwsErrorException e)
            {
                Assert.Equal("LimitExceededException", e.Code);
            }
        }
        Assert.NotNull(ninth);
        foreach (var watch in watches.Where((_, i) => i != 3))
            await GoOnAsync(api, shell.Id, watch, Cancel);
    }

    [Fact]
    public async Task A_session_that_is_watched_as_often_as_may_be_says_so()
    {
        using var shell = await RecordedShell.StartAsync(_host);
        await shell.ShowAsync("here");
        var principals = new ApiPrincipals(_host);
        for (var person = 0; person < Most / MostOfOne; person++)
        {
            var (id, keys) = await principals.AddUserAsync($"person{person}");
            await principals.SetPolicyAsync(id, ApiPrincipals.Allow("postern:WatchSession"));
            var api = _host.CreateApiClient(() => keys);
            for (var i = 0; i < MostOfOne; i++)
                await WatchAsync(api, shell.Id);
        }
        var refused = await Assert.ThrowsAsync<AwsErrorException>(() => BeginAsync(_host.CreateApiClient(), shell.Id));
        Assert.Equal(("LimitExceededException", $"Session {shell.Id} is watched {Most} times, as often as it may be. Try again when somebody has left."), (refused.Code, refused.Message));
    }

    [Fact]
    public async Task What_is_behind_comes_whole_in_pieces_that_are_not_large()
    {
        using var shell = await RecordedShell.StartAsync(_host);
        await shell.ShowAsync("first");
        var api = _host.CreateApiClient();
        var piece = await BeginAsync(api, shell.Id);
        var shown = new List<string>();
        for (var i = 0; i < 24; i++)
        {
            shown.Add(new string((char)('a' + i), 30_000));
            await shell.ShowAsync(shown[i]);
        }
        await shell.EndAsync(_host);
        var seen = new List<string>();
        while (piece.Ended != true)
        {
            piece = await GoOnAsync(api, shell.Id, piece, Cancel, piece.Position);
            Assert.Null(piece.Screen);
            Assert.InRange(piece.Events?.Length ?? 0, 0, 160 * 1024);
            seen.AddRange(RecordedShell.Lines(piece.Events).Where(line => line[0] == 'o').Select(line => line[2..]));
        }
        Assert.Equal(string.Concat(shown), string.Concat(seen));
    }

    /// <summary>A program that shows single characters makes many events of few bytes.</summary>
    [Fact]
    public async Task What_is_kept_for_those_who_watch_is_bounded_by_its_events_too()
    {
        using var shell = await RecordedShell.StartAsync(_host);
        await shell.ShowAsync("first");
        var api = _host.CreateApiClient();
        var first = await BeginAsync(api, shell.Id);
        for (var i = 0; i < 12_000; i++)
            await shell.ShowAsync("x");
        var (piece, start) = (first, TimeProvider.System.GetTimestamp());
        do
            piece = await GoOnAsync(api, shell.Id, first, Cancel, first.Position);
        while (piece.Screen is null && TimeProvider.System.GetElapsedTime(start) < Deadline);
        Assert.NotNull(piece.Screen);
    }

    private static Task<WatchSessionResponse> BeginAsync(AwsJsonClient api, string session) => api.CallAsync(PlaybackOperations.WatchSession, new WatchSessionRequest { SessionId = session }, Cancel);

    private static async Task<WatchSessionResponse> WatchAsync(AwsJsonClient api, string session)
    {
        var first = await BeginAsync(api, session);
        await GoOnAsync(api, session, first, Cancel);
        return first;
    }

    /// <summary>From the beginning, so that there is something to answer at once.</summary>
    private static Task<WatchSessionResponse> GoOnAsync(AwsJsonClient api, string session, WatchSessionResponse watch, CancellationToken cancellationToken, long position = 0)
        => api.CallAsync(PlaybackOperations.WatchSession, new WatchSessionRequest { SessionId = session, WatchId = watch.WatchId, Position = position }, cancellationToken);
}
