using Postern.Server.Api;
using Postern.Server.Audit;
using Postern.Server.CloudTrail;
using Postern.Server.CloudWatchLogs;
using Postern.Server.Documents;
using Postern.Server.EventBridge;
using Postern.Server.Events;
using Postern.Server.Gateway;
using Postern.Server.Hosting;
using Postern.Server.Iam;
using Postern.Server.Identity;
using Postern.Server.Logs;
using Postern.Server.Nodes;
using Postern.Server.Peers;
using Postern.Server.Recordings;
using Postern.Server.Recordings.Reading;
using Postern.Server.Sessions;
using Postern.Server.Storage;

namespace Postern.Server;

/// <summary>
/// postern-server, a table of contents. A feature is a folder; it appears here at most three times:
/// <list type="number">
/// <item><c>services.AddNodes()</c> — extension method in Nodes/NodesFeature.cs that registers its singletons (ServerOptions, Database,
/// TimeProvider, ILogger are there already);</item>
/// <item><c>NodesFeature.AddTo(operations, services)</c> — registers its operations;</item>
/// <item><c>routes.MapGateway()</c> — only for a feature with routes of its own.</item>
/// </list>
/// Order is that of the folders: each may use only those before it.
/// </summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => Launcher.RunAsync(args, Console.Out, Console.Error);

    internal static void AddFeatures(IServiceCollection services) => services
        .AddStorage()
        .AddIam()
        .AddAudit()
        .AddLogs()
        .AddEvents()
        .AddPeers()
        .AddApi()
        .AddIdentity()
        .AddNodes()
        .AddDocuments()
        .AddSessions()
        .AddRecordings()
        .AddReading()
        .AddGateway();

    internal static void AddOperations(OperationRegistry operations, IServiceProvider services)
    {
        IdentityFeature.AddTo(operations, services);
        NodesFeature.AddTo(operations, services);
        DocumentsFeature.AddTo(operations, services);
        SessionsFeature.AddTo(operations, services);
        RecordingsFeature.AddTo(operations, services);
        ReadingFeature.AddTo(operations, services);
        CloudTrailFeature.AddTo(operations, services);
        CloudWatchLogsFeature.AddTo(operations, services);
        EventBridgeFeature.AddTo(operations, services);
    }

    internal static void MapRoutes(IEndpointRouteBuilder routes)
    {
        routes.MapApi();
        routes.MapGateway();
    }
}
