using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Logs;

namespace Postern.Server.CloudWatchLogs;

/// <summary>The operations that <c>aws logs</c> reads and keeps logs with.</summary>
internal static class CloudWatchLogsFeature
{
    public static void AddTo(OperationRegistry operations, IServiceProvider services)
    {
        var store = services.GetRequiredService<LogStore>();
        var groups = new LogGroups(store);
        var streams = new LogStreams(store);
        var put = new PutLogEvents(store, services.GetRequiredService<TimeProvider>());
        operations.Add(LogsOperations.CreateLogGroup, Access.User, "logs:CreateLogGroup", (request, context) => LogResources.Group(request.LogGroupName, context), groups.CreateAsync);
        operations.Add(LogsOperations.DeleteLogGroup, Access.User, "logs:DeleteLogGroup", (request, context) => LogResources.Group(request.LogGroupName, context), groups.DeleteAsync);
        operations.Add(LogsOperations.DescribeLogGroups, Access.User, "logs:DescribeLogGroups", (_, context) => LogResources.Group("", context), groups.DescribeAsync);
        operations.Add(LogsOperations.PutRetentionPolicy, Access.User, "logs:PutRetentionPolicy", (request, context) => LogResources.Group(request.LogGroupName, context), groups.PutRetentionAsync);
        operations.Add(LogsOperations.DeleteRetentionPolicy, Access.User, "logs:DeleteRetentionPolicy", (request, context) => LogResources.Group(request.LogGroupName, context), groups.DeleteRetentionAsync);
        operations.Add(LogsOperations.ListTagsForResource, Access.User, "logs:ListTagsForResource", (request, context) => LogResources.Identified(request.ResourceArn, context), groups.ListTagsAsync);
        operations.Add(LogsOperations.TagResource, Access.User, "logs:TagResource", (request, context) => LogResources.Identified(request.ResourceArn, context), groups.TagAsync);
        operations.Add(LogsOperations.UntagResource, Access.User, "logs:UntagResource", (request, context) => LogResources.Identified(request.ResourceArn, context), groups.UntagAsync);
        operations.Add(LogsOperations.CreateLogStream, Access.User, "logs:CreateLogStream", (request, context) => LogResources.Group(request.LogGroupName, context), streams.CreateAsync);
        operations.Add(LogsOperations.DeleteLogStream, Access.User, "logs:DeleteLogStream",
            (request, context) => LogResources.Stream(request.LogGroupName, request.LogStreamName, context), streams.DeleteAsync);
        operations.Add(LogsOperations.DescribeLogStreams, Access.User, "logs:DescribeLogStreams",
            (request, context) => LogResources.Identified(request.LogGroupIdentifier ?? request.LogGroupName, context), streams.DescribeAsync);
        operations.Add(LogsOperations.PutLogEvents, Access.User, "logs:PutLogEvents",
            (request, context) => LogResources.Stream(request.LogGroupName, request.LogStreamName, context), put.HandleAsync);
        operations.Add(LogsOperations.GetLogEvents, Access.User, "logs:GetLogEvents",
            (request, context) => LogResources.Stream(LogResources.NameOf(request.LogGroupIdentifier ?? request.LogGroupName), request.LogStreamName, context), new GetLogEvents(store).HandleAsync);
        operations.Add(LogsOperations.FilterLogEvents, Access.User, "logs:FilterLogEvents",
            (request, context) => LogResources.Identified(request.LogGroupIdentifier ?? request.LogGroupName, context), new FilterLogEvents(store, services.GetRequiredService<TimeProvider>()).HandleAsync);
    }
}
