using Microsoft.Extensions.DependencyInjection.Extensions;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Recordings.Search;
using Postern.Server.Recordings.Watching;
using Postern.Server.Sessions;

namespace Postern.Server.Recordings.Reading;

/// <summary>Recordings as they are listed, read, watched, searched, held and deleted.</summary>
internal static class ReadingFeature
{
    public static IServiceCollection AddReading(this IServiceCollection services)
    {
        services.TryAddSingleton(new IndexLimits());
        return services
            .AddSingleton<RecordingResources>()
            .AddSingleton<OpenReadings>()
            .AddSingleton<GetRecording>()
            .AddSingleton<DescribeRecordings>()
            .AddSingleton<DeleteRecording>()
            .AddSingleton<PutLegalHold>()
            .AddSingleton<WatchedSessions>()
            .AddSingleton<WatchSession>()
            .AddSingleton<SearchIndex>()
            .AddSingleton<SearchRecordings>()
            .AddSingleton(provider => IndexPace.OfMachine(provider.GetRequiredService<TimeProvider>()))
            .AddSingleton<SearchIndexer>()
            .AddHostedService(provider => provider.GetRequiredService<SearchIndexer>());
    }

    public static void AddTo(OperationRegistry operations, IServiceProvider services)
    {
        var resources = services.GetRequiredService<RecordingResources>();
        var sessions = services.GetRequiredService<SessionResources>();
        operations.Add(PlaybackOperations.DescribeRecordings, Access.User, "postern:DescribeRecordings", Touched.Anything, services.GetRequiredService<DescribeRecordings>().HandleAsync);
        operations.Add(PlaybackOperations.GetRecording, Access.User, "postern:GetRecording", resources.ReadAsync, services.GetRequiredService<GetRecording>().HandleAsync,
            gateway: (request, cancellationToken) => resources.GatewayOfAsync(request.SessionId, cancellationToken));
        operations.Add(PlaybackOperations.WatchSession, Access.User, "postern:WatchSession",
            async (request, context, cancellationToken) => [await resources.FindAsync(request.SessionId, context, cancellationToken)], services.GetRequiredService<WatchSession>().HandleAsync, WatchSession.GoesOn,
            gateway: (request, cancellationToken) => sessions.GatewayOfAsync(request.SessionId, cancellationToken));
        operations.Add(RecordingOperations.DeleteRecording, Access.User, "postern:DeleteRecording",
            async (request, context, cancellationToken) => [await resources.FindAsync(request.SessionId, context, cancellationToken)], services.GetRequiredService<DeleteRecording>().HandleAsync,
            gateway: (request, cancellationToken) => resources.GatewayOfAsync(request.SessionId, cancellationToken));
        operations.Add(RecordingOperations.PutLegalHold, Access.User, "postern:PutLegalHold",
            async (request, context, cancellationToken) => [await resources.FindAsync(request.SessionId, context, cancellationToken)], services.GetRequiredService<PutLegalHold>().HandleAsync);
        operations.Add(PlaybackOperations.SearchRecordings, Access.User, "postern:SearchRecordings", Touched.Anything, services.GetRequiredService<SearchRecordings>().HandleAsync);
    }
}
