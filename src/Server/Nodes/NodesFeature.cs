using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam;

namespace Postern.Server.Nodes;

internal static class NodesFeature
{
    public static IServiceCollection AddNodes(this IServiceCollection services) => services
        .AddSingleton<NodeConnections>()
        .AddSingleton<NodePresence>()
        .AddSingleton<NodePlaces>()
        .AddSingleton<NodeRemovals>()
        .AddSingleton<NodeStore>()
        .AddSingleton<ActivationStore>()
        .AddSingleton<NodeRoles>()
        .AddSingleton<TagStore>()
        .AddSingleton(TagStore.Nodes)
        .AddSingleton<NodeResources>()
        .AddSingleton<MessagePolls>()
        .AddHostedService<NodeUpkeep>()
        .AddHostedService<NodeAnnouncer>()
        .Replace(ServiceDescriptor.Singleton<FindNode>(provider =>
        {
            var nodes = provider.GetRequiredService<NodeStore>();
            return async (id, cancellationToken) => await nodes.FindAsync(id, cancellationToken) is { } node
                ? new NodeIdentity(node.Id, node.IamRole, Convert.FromBase64String(node.PublicKey))
                : null;
        }));

    public static void AddTo(OperationRegistry operations, IServiceProvider services)
    {
        var resources = services.GetRequiredService<NodeResources>();
        var places = services.GetRequiredService<NodePlaces>();
        operations.Add(SsmOperations.CreateActivation, Access.User, "ssm:CreateActivation",
            (request, context, cancellationToken) => resources.ActivationAsync(request, context, cancellationToken), Make<CreateActivation>().HandleAsync);
        operations.Add(SsmOperations.DescribeActivations, Access.User, "ssm:DescribeActivations", Touched.Anything, Make<DescribeActivations>().HandleAsync);
        operations.Add(SsmOperations.DeleteActivation, Access.User, "ssm:DeleteActivation", Touched.Anything, Make<DeleteActivation>().HandleAsync);

        operations.Add(SsmOperations.RegisterManagedInstance, Access.Anonymous, "ssm:RegisterManagedInstance", Touched.Anything, Make<RegisterManagedInstance>().HandleAsync);
        operations.Add(SsmOperations.RequestManagedInstanceRoleToken, Access.NodeKey, "ssm:RequestManagedInstanceRoleToken", Itself, Make<RequestManagedInstanceRoleToken>().HandleAsync);
        operations.Add(SsmOperations.UpdateManagedInstancePublicKey, Access.NodeKey, "ssm:UpdateManagedInstancePublicKey", Itself, Make<UpdateManagedInstancePublicKey>().HandleAsync);
        operations.Add(SsmOperations.UpdateInstanceInformation, Access.Node, "ssm:UpdateInstanceInformation", (request, context) => new Touched(context.Arns.Node(request.InstanceId ?? "")),
            Make<UpdateInstanceInformation>().HandleAsync);
        operations.Add(SsmOperations.ListInstanceAssociations, Access.Node, "ssm:ListInstanceAssociations", (request, context) => new Touched(context.Arns.Node(request.InstanceId ?? "")),
            ListInstanceAssociations.HandleAsync);

        operations.Add(SsmOperations.DescribeInstanceInformation, Access.User, "ssm:DescribeInstanceInformation", Touched.Anything, Make<DescribeInstanceInformation>().HandleAsync);
        operations.Add(SsmOperations.GetConnectionStatus, Access.User, "ssm:GetConnectionStatus", Touched.Anything, Make<GetConnectionStatus>().HandleAsync);
        operations.Add(SsmOperations.DeregisterManagedInstance, Access.User, "ssm:DeregisterManagedInstance",
            async (request, context, cancellationToken) => [await resources.FindAsync(request.InstanceId, context, cancellationToken)],
            Make<DeregisterManagedInstance>().HandleAsync,
            gateway: (request, cancellationToken) => places.GatewayOfAsync(request.InstanceId, cancellationToken));

        var tags = Make<ResourceTags>();
        operations.Add(SsmOperations.AddTagsToResource, Access.User, "ssm:AddTagsToResource", async (request, context, cancellationToken) =>
        {
            var resource = await resources.FindTaggedAsync(request.ResourceType, request.ResourceId, context, cancellationToken);
            return [resource with { Keys = [.. resource.Keys, .. NodeResources.KeysOf(request.Tags)] }];
        }, tags.AddAsync);
        operations.Add(SsmOperations.RemoveTagsFromResource, Access.User, "ssm:RemoveTagsFromResource", async (request, context, cancellationToken) =>
        {
            var resource = await resources.FindTaggedAsync(request.ResourceType, request.ResourceId, context, cancellationToken);
            return [resource with { Keys = [.. resource.Keys, new ConditionKey("aws:TagKeys", request.TagKeys ?? [])] }];
        }, tags.RemoveAsync);
        operations.Add(SsmOperations.ListTagsForResource, Access.User, "ssm:ListTagsForResource",
            async (request, context, cancellationToken) => [await resources.FindTaggedAsync(request.ResourceType, request.ResourceId, context, cancellationToken)],
            tags.ListAsync);

        var delivery = Make<MessageDelivery>();
        operations.Add(Ec2MessagesOperations.GetMessages, Access.Node, "ec2messages:GetMessages", Touched.Anything, delivery.GetMessagesAsync);
        operations.Add(Ec2MessagesOperations.AcknowledgeMessage, Access.Node, "ec2messages:AcknowledgeMessage", Touched.Anything, delivery.AcknowledgeAsync);
        operations.Add(Ec2MessagesOperations.SendReply, Access.Node, "ec2messages:SendReply", Touched.Anything, delivery.SendReplyAsync);
        operations.Add(Ec2MessagesOperations.FailMessage, Access.Node, "ec2messages:FailMessage", Touched.Anything, delivery.FailAsync);
        operations.Add(Ec2MessagesOperations.DeleteMessage, Access.Node, "ec2messages:DeleteMessage", Touched.Anything, delivery.DeleteAsync);
        operations.Add(Ec2MessagesOperations.GetEndpoint, Access.Node, "ec2messages:GetEndpoint", Touched.Anything, delivery.GetEndpointAsync);

        static Touched Itself<TRequest>(TRequest request, CallContext context) => new(context.Arns.Node(context.Caller.NodeId!));

        T Make<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>() => ActivatorUtilities.CreateInstance<T>(services);
    }
}
