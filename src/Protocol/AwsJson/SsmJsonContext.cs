using System.Text.Json.Serialization;

namespace Postern.Protocol.AwsJson;

/// <summary>Shapes of AWS Systems Manager: members are read in any case, unknown ones are skipped, absent ones are not written, times are epoch seconds.</summary>
[JsonSourceGenerationOptions(
    PropertyNameCaseInsensitive = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(EpochSecondsConverter)])]
[JsonSerializable(typeof(StartSessionRequest))]
[JsonSerializable(typeof(StartSessionResponse))]
[JsonSerializable(typeof(ResumeSessionRequest))]
[JsonSerializable(typeof(ResumeSessionResponse))]
[JsonSerializable(typeof(TerminateSessionRequest))]
[JsonSerializable(typeof(TerminateSessionResponse))]
[JsonSerializable(typeof(DescribeSessionsRequest))]
[JsonSerializable(typeof(DescribeSessionsResponse))]
[JsonSerializable(typeof(GetConnectionStatusRequest))]
[JsonSerializable(typeof(GetConnectionStatusResponse))]
[JsonSerializable(typeof(DescribeInstanceInformationRequest))]
[JsonSerializable(typeof(DescribeInstanceInformationResponse))]
[JsonSerializable(typeof(CreateActivationRequest))]
[JsonSerializable(typeof(CreateActivationResponse))]
[JsonSerializable(typeof(DescribeActivationsRequest))]
[JsonSerializable(typeof(DescribeActivationsResponse))]
[JsonSerializable(typeof(DeleteActivationRequest))]
[JsonSerializable(typeof(RegisterManagedInstanceRequest))]
[JsonSerializable(typeof(RegisterManagedInstanceResponse))]
[JsonSerializable(typeof(RequestManagedInstanceRoleTokenRequest))]
[JsonSerializable(typeof(RequestManagedInstanceRoleTokenResponse))]
[JsonSerializable(typeof(UpdateInstanceInformationRequest))]
[JsonSerializable(typeof(UpdateManagedInstancePublicKeyRequest))]
[JsonSerializable(typeof(DeregisterManagedInstanceRequest))]
[JsonSerializable(typeof(AddTagsToResourceRequest))]
[JsonSerializable(typeof(ListTagsForResourceRequest))]
[JsonSerializable(typeof(ListTagsForResourceResponse))]
[JsonSerializable(typeof(RemoveTagsFromResourceRequest))]
[JsonSerializable(typeof(GetDocumentRequest))]
[JsonSerializable(typeof(GetDocumentResponse))]
[JsonSerializable(typeof(DescribeDocumentRequest))]
[JsonSerializable(typeof(DescribeDocumentResponse))]
[JsonSerializable(typeof(ListDocumentsRequest))]
[JsonSerializable(typeof(ListDocumentsResponse))]
[JsonSerializable(typeof(ListInstanceAssociationsRequest))]
[JsonSerializable(typeof(ListInstanceAssociationsResponse))]
[JsonSerializable(typeof(EmptyResponse))]
internal sealed partial class SsmJsonContext : JsonSerializerContext;
