using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Nodes;

/// <summary>
/// The ec2messages service, which AWS's agent polls beside (or, without one, instead of) its control channel. Everything goes over
/// control channels here, so it never has a message, and every message id is unknown to it.
/// </summary>
internal sealed class MessageDelivery(MessagePolls polls)
{
    public async Task<GetMessagesResponse> GetMessagesAsync(GetMessagesRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation()
            .Required("destination", request.Destination)
            .Required("messagesRequestId", request.MessagesRequestId)
            .Length("messagesRequestId", request.MessagesRequestId, 1, 256)
            .ThrowIfFaulty();
        CheckDestination(request.Destination, context, "GetMessages");
        await polls.WaitAsync(request.Destination!, cancellationToken);
        return new GetMessagesResponse { Destination = request.Destination, Messages = [], MessagesRequestId = request.MessagesRequestId };
    }

    public Task<EmptyResponse> AcknowledgeAsync(AcknowledgeMessageRequest request, CallContext context, CancellationToken cancellationToken)
        => throw UnknownMessage(request.MessageId);

    public Task<SendReplyResponse> SendReplyAsync(SendReplyRequest request, CallContext context, CancellationToken cancellationToken)
        => throw UnknownMessage(request.MessageId);

    public Task<EmptyResponse> FailAsync(FailMessageRequest request, CallContext context, CancellationToken cancellationToken)
        => throw UnknownMessage(request.MessageId);

    public Task<EmptyResponse> DeleteAsync(DeleteMessageRequest request, CallContext context, CancellationToken cancellationToken)
        => throw UnknownMessage(request.MessageId);

    public Task<GetEndpointResponse> GetEndpointAsync(GetEndpointRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().Required("destination", request.Destination).ThrowIfFaulty();
        CheckDestination(request.Destination, context, "GetEndpoint");
        return Task.FromResult(new GetEndpointResponse { Endpoint = context.Endpoint.Authority });
    }

    private static void CheckDestination(string? destination, CallContext context, string operation)
    {
        if (destination != context.Caller.NodeId) throw NodeErrors.NotYourself("Destination", operation);
    }

    private static AwsErrorException UnknownMessage(string? messageId)
    {
        new Validation().Required("messageId", messageId).Length("messageId", messageId, 1, 512).ThrowIfFaulty();
        return new AwsErrorException("InvalidMessageIdException", $"No message {messageId} was sent to this node.");
    }
}
