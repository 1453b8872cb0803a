using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.CloudWatchLogs;
using Postern.Server.Logs;
using Postern.Server.Storage;
using Postern.Tests.Documents;
using Postern.Tests.Support;

namespace Postern.Tests.CloudWatchLogs;

/// <summary>The operations of logs on a database.</summary>
internal sealed class LogWorld(Database database)
{
    public static CallContext Admin => DocumentWorld.Admin;

    public ManualTime Time { get; } = new();
    public LogStore Store => field ??= new LogStore(database, Time);
    public LogGroups Groups => new(Store);
    public LogStreams Streams => new(Store);

    public long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();

    public async Task MakeAsync(string group, params string[] streams)
    {
        await Groups.CreateAsync(new CreateLogGroupRequest { LogGroupName = group }, Admin, default);
        foreach (var stream in streams)
            await Streams.CreateAsync(new LogStreamRequest { LogGroupName = group, LogStreamName = stream }, Admin, default);
    }

    public Task<PutLogEventsResponse> PutAsync(string group, string stream, params (long Time, string Message)[] events)
        => new PutLogEvents(Store, Time).HandleAsync(new PutLogEventsRequest
        {
            LogGroupName = group,
            LogStreamName = stream,
            LogEvents = [.. events.Select(e => new LogEvent { Timestamp = e.Time, Message = e.Message })],
        }, Admin, default);

    public Task<GetLogEventsResponse> GetAsync(string group, string stream, Func<GetLogEventsRequest, GetLogEventsRequest>? change = null)
    {
        var request = new GetLogEventsRequest { LogGroupName = group, LogStreamName = stream };
        return new GetLogEvents(Store).HandleAsync(change?.Invoke(request) ?? request, Admin, default);
    }

    public Task<FilterLogEventsResponse> FilterAsync(string group, Func<FilterLogEventsRequest, FilterLogEventsRequest>? change = null)
    {
        var request = new FilterLogEventsRequest { LogGroupName = group };
        return new FilterLogEvents(Store, TimeProvider.System).HandleAsync(change?.Invoke(request) ?? request, Admin, default);
    }

    public static async Task<string> RefusedAsync(string code, Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<AwsErrorException>(call);
        Assert.Equal(code, error.Code);
        return error.Message;
    }
}
