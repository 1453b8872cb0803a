using static Postern.Protocol.AwsJson.EventBridgeJsonContext;

namespace Postern.Protocol.AwsJson;

/// <summary>Operations of our own on what happened: reading it, and what targets did not take.</summary>
public static class EventLogOperations
{
    public static AwsOperation<ListEventsRequest, ListEventsResponse> ListEvents => field ??= new("postern", "Postern.ListEvents", Default.ListEventsRequest, Default.ListEventsResponse);

    public static AwsOperation<DeadLettersRequest, ListDeadLettersResponse> ListDeadLetters =>
        field ??= new("postern", "Postern.ListDeadLetters", Default.DeadLettersRequest, Default.ListDeadLettersResponse);

    public static AwsOperation<DeadLettersRequest, DeadLettersResponse> RedriveDeadLetters =>
        field ??= new("postern", "Postern.RedriveDeadLetters", Default.DeadLettersRequest, Default.DeadLettersResponse);

    public static AwsOperation<DeadLettersRequest, DeadLettersResponse> DeleteDeadLetters =>
        field ??= new("postern", "Postern.DeleteDeadLetters", Default.DeadLettersRequest, Default.DeadLettersResponse);
}
