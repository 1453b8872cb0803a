namespace Postern.Protocol.AwsJson;

/// <summary>Operations of the older message delivery service, which the stock agent polls beside its control channel.</summary>
public static class Ec2MessagesOperations
{
    private const string Service = "ec2messages";
    private const string Prefix = "EC2WindowsMessageDeliveryService.";

    public static AwsOperation<GetMessagesRequest, GetMessagesResponse> GetMessages { get; } =
        new(Service, Prefix + nameof(GetMessages), Ec2MessagesJsonContext.Default.GetMessagesRequest, Ec2MessagesJsonContext.Default.GetMessagesResponse);
    public static AwsOperation<AcknowledgeMessageRequest, EmptyResponse> AcknowledgeMessage { get; } =
        new(Service, Prefix + nameof(AcknowledgeMessage), Ec2MessagesJsonContext.Default.AcknowledgeMessageRequest, Ec2MessagesJsonContext.Default.EmptyResponse);
    public static AwsOperation<SendReplyRequest, SendReplyResponse> SendReply { get; } =
        new(Service, Prefix + nameof(SendReply), Ec2MessagesJsonContext.Default.SendReplyRequest, Ec2MessagesJsonContext.Default.SendReplyResponse);
    public static AwsOperation<FailMessageRequest, EmptyResponse> FailMessage { get; } =
        new(Service, Prefix + nameof(FailMessage), Ec2MessagesJsonContext.Default.FailMessageRequest, Ec2MessagesJsonContext.Default.EmptyResponse);
    public static AwsOperation<DeleteMessageRequest, EmptyResponse> DeleteMessage { get; } =
        new(Service, Prefix + nameof(DeleteMessage), Ec2MessagesJsonContext.Default.DeleteMessageRequest, Ec2MessagesJsonContext.Default.EmptyResponse);
    public static AwsOperation<GetEndpointRequest, GetEndpointResponse> GetEndpoint { get; } =
        new(Service, Prefix + nameof(GetEndpoint), Ec2MessagesJsonContext.Default.GetEndpointRequest, Ec2MessagesJsonContext.Default.GetEndpointResponse);
}
