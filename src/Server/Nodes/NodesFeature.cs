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
        .AddSingleton<NodeRemovals>()
        .AddSingleton<NodeStore>()
        .AddSingleton<ActivationStore>()
        .AddSingleton<TagStore>()
        .AddSingleton<MessagePolls>()
        .AddHostedService<NodeUpkeep>()
        .Replace(ServiceDescriptor.Singleton<FindNode>(provider =>
        {
            var nodes = provider.GetRequiredService<NodeStore>();
            return async (id, cancellationToken) => await nodes.FindAsync(id, cancellationToken) is { } node
                ? new NodeIdentity(node.Id, node.IamRole, Convert.FromBase64String(node.PublicKey))
                : null;
        }));

    public static void AddTo(OperationRegistry operations, IServiceProvider services)
    {
        operations.Add(SsmOperations.CreateActivation, Access.User, "ssm:CreateActivation", Make<CreateActivation>().HandleAsync);
        operations.Add(SsmOperations.DescribeActivations, Access.User, "ssm:DescribeActivations", Make<DescribeActivations>().HandleAsync);
        operations.Add(SsmOperations.DeleteActivation, Access.User, "ssm:DeleteActivation", Make<DeleteActivation>().HandleAsync);

        operations.Add(SsmOperations.RegisterManagedInstance, Access.Anonymous, "ssm:RegisterManagedInstance", Make<RegisterManagedInstance>().HandleAsync);
        operations.Add(SsmOperations.RequestManagedInstanceRoleToken, Access.NodeKey, "ssm:RequestManagedInstanceRoleToken", Make<RequestManagedInstanceRoleToken>().HandleAsync);
        operations.Add(SsmOperations.UpdateManagedInstancePublicKey, Access.NodeKey, "ssm:UpdateManagedInstancePublicKey", Make<UpdateManagedInstancePublicKey>().HandleAsync);
        operations.Add(SsmOperations.UpdateInstanceInformation, Access.Node, "ssm:UpdateInstanceInformation", Make<UpdateInstanceInformation>().HandleAsync);
        operations.Add(SsmOperations.ListInstanceAssociations, Access.Node, "ssm:ListInstanceAssociations", ListInstanceAssociations.HandleAsync);

        operations.Add(SsmOperations.DescribeInstanceInformation, Access.User, "ssm:DescribeInstanceInformation", Make<DescribeInstanceInformation>().HandleAsync);
        operations.Add(SsmOperations.GetConnectionStatus, Access.User, "ssm:GetConnectionStatus", Make<GetConnectionStatus>().HandleAsync);
        operations.Add(SsmOperations.DeregisterManagedInstance, Access.User, "ssm:DeregisterManagedInstance", Make<DeregisterManagedInstance>().HandleAsync);

        var tags = Make<ResourceTags>();
        operations.Add(SsmOperations.AddTagsToResource, Access.User, "ssm:AddTagsToResource", tags.AddAsync);
        operations.Add(SsmOperations.RemoveTagsFromResource, Access.User, "ssm:RemoveTagsFromResource", tags.RemoveAsync);
        operations.Add(SsmOperations.ListTagsForResource, Access.User, "ssm:ListTagsForResource", tags.ListAsync);

        var delivery = Make<MessageDelivery>();
        operations.Add(Ec2MessagesOperations.GetMessages, Access.Node, "ec2messages:GetMessages", delivery.GetMessagesAsync);
        operations.Add(Ec2MessagesOperations.AcknowledgeMessage, Access.Node, "ec2messages:AcknowledgeMessage", delivery.AcknowledgeAsync);
        operations.Add(Ec2MessagesOperations.SendReply, Access.Node, "ec2messages:SendReply", delivery.SendReplyAsync);
        operations.Add(Ec2MessagesOperations.FailMessage, Access.Node, "ec2messages:FailMessage", delivery.FailAsync);
        operations.Add(Ec2MessagesOperations.DeleteMessage, Access.Node, "ec2messages:DeleteMessage", delivery.DeleteAsync);
        operations.Add(Ec2MessagesOperations.GetEndpoint, Access.Node, "ec2messages:GetEndpoint", delivery.GetEndpointAsync);

        T Make<T>() => ActivatorUtilities.CreateInstance<T>(services);
    }
}
