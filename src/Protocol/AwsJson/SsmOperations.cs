namespace Postern.Protocol.AwsJson;

/// <summary>Operations of AWS Systems Manager that Postern serves. Each is made when first asked for: their shapes take long to make ready.</summary>
public static class SsmOperations
{
    internal const string Service = "ssm";
    internal const string Prefix = "AmazonSSM.";

    public static AwsOperation<StartSessionRequest, StartSessionResponse> StartSession =>
        field ??= new(Service, Prefix + nameof(StartSession), SsmJsonContext.Default.StartSessionRequest, SsmJsonContext.Default.StartSessionResponse);
    public static AwsOperation<ResumeSessionRequest, ResumeSessionResponse> ResumeSession =>
        field ??= new(Service, Prefix + nameof(ResumeSession), SsmJsonContext.Default.ResumeSessionRequest, SsmJsonContext.Default.ResumeSessionResponse);
    public static AwsOperation<TerminateSessionRequest, TerminateSessionResponse> TerminateSession =>
        field ??= new(Service, Prefix + nameof(TerminateSession), SsmJsonContext.Default.TerminateSessionRequest, SsmJsonContext.Default.TerminateSessionResponse);
    public static AwsOperation<DescribeSessionsRequest, DescribeSessionsResponse> DescribeSessions =>
        field ??= new(Service, Prefix + nameof(DescribeSessions), SsmJsonContext.Default.DescribeSessionsRequest, SsmJsonContext.Default.DescribeSessionsResponse);
    public static AwsOperation<GetConnectionStatusRequest, GetConnectionStatusResponse> GetConnectionStatus =>
        field ??= new(Service, Prefix + nameof(GetConnectionStatus), SsmJsonContext.Default.GetConnectionStatusRequest, SsmJsonContext.Default.GetConnectionStatusResponse);
    public static AwsOperation<DescribeInstanceInformationRequest, DescribeInstanceInformationResponse> DescribeInstanceInformation =>
        field ??= new(Service, Prefix + nameof(DescribeInstanceInformation), SsmJsonContext.Default.DescribeInstanceInformationRequest, SsmJsonContext.Default.DescribeInstanceInformationResponse);
    public static AwsOperation<CreateActivationRequest, CreateActivationResponse> CreateActivation =>
        field ??= new(Service, Prefix + nameof(CreateActivation), SsmJsonContext.Default.CreateActivationRequest, SsmJsonContext.Default.CreateActivationResponse);
    public static AwsOperation<DescribeActivationsRequest, DescribeActivationsResponse> DescribeActivations =>
        field ??= new(Service, Prefix + nameof(DescribeActivations), SsmJsonContext.Default.DescribeActivationsRequest, SsmJsonContext.Default.DescribeActivationsResponse);
    public static AwsOperation<DeleteActivationRequest, EmptyResponse> DeleteActivation =>
        field ??= new(Service, Prefix + nameof(DeleteActivation), SsmJsonContext.Default.DeleteActivationRequest, SsmJsonContext.Default.EmptyResponse);
    public static AwsOperation<RegisterManagedInstanceRequest, RegisterManagedInstanceResponse> RegisterManagedInstance =>
        field ??= new(Service, Prefix + nameof(RegisterManagedInstance), SsmJsonContext.Default.RegisterManagedInstanceRequest, SsmJsonContext.Default.RegisterManagedInstanceResponse);
    public static AwsOperation<RequestManagedInstanceRoleTokenRequest, RequestManagedInstanceRoleTokenResponse> RequestManagedInstanceRoleToken =>
        field ??= new(Service, Prefix + nameof(RequestManagedInstanceRoleToken), SsmJsonContext.Default.RequestManagedInstanceRoleTokenRequest, SsmJsonContext.Default.RequestManagedInstanceRoleTokenResponse);
    public static AwsOperation<UpdateInstanceInformationRequest, EmptyResponse> UpdateInstanceInformation =>
        field ??= new(Service, Prefix + nameof(UpdateInstanceInformation), SsmJsonContext.Default.UpdateInstanceInformationRequest, SsmJsonContext.Default.EmptyResponse);
    public static AwsOperation<UpdateManagedInstancePublicKeyRequest, EmptyResponse> UpdateManagedInstancePublicKey =>
        field ??= new(Service, Prefix + nameof(UpdateManagedInstancePublicKey), SsmJsonContext.Default.UpdateManagedInstancePublicKeyRequest, SsmJsonContext.Default.EmptyResponse);
    public static AwsOperation<DeregisterManagedInstanceRequest, EmptyResponse> DeregisterManagedInstance =>
        field ??= new(Service, Prefix + nameof(DeregisterManagedInstance), SsmJsonContext.Default.DeregisterManagedInstanceRequest, SsmJsonContext.Default.EmptyResponse);
    public static AwsOperation<AddTagsToResourceRequest, EmptyResponse> AddTagsToResource =>
        field ??= new(Service, Prefix + nameof(AddTagsToResource), SsmJsonContext.Default.AddTagsToResourceRequest, SsmJsonContext.Default.EmptyResponse);
    public static AwsOperation<ListTagsForResourceRequest, ListTagsForResourceResponse> ListTagsForResource =>
        field ??= new(Service, Prefix + nameof(ListTagsForResource), SsmJsonContext.Default.ListTagsForResourceRequest, SsmJsonContext.Default.ListTagsForResourceResponse);
    public static AwsOperation<RemoveTagsFromResourceRequest, EmptyResponse> RemoveTagsFromResource =>
        field ??= new(Service, Prefix + nameof(RemoveTagsFromResource), SsmJsonContext.Default.RemoveTagsFromResourceRequest, SsmJsonContext.Default.EmptyResponse);
    public static AwsOperation<GetDocumentRequest, GetDocumentResponse> GetDocument =>
        field ??= new(Service, Prefix + nameof(GetDocument), SsmJsonContext.Default.GetDocumentRequest, SsmJsonContext.Default.GetDocumentResponse);
    public static AwsOperation<DescribeDocumentRequest, DescribeDocumentResponse> DescribeDocument =>
        field ??= new(Service, Prefix + nameof(DescribeDocument), SsmJsonContext.Default.DescribeDocumentRequest, SsmJsonContext.Default.DescribeDocumentResponse);
    public static AwsOperation<ListDocumentsRequest, ListDocumentsResponse> ListDocuments =>
        field ??= new(Service, Prefix + nameof(ListDocuments), SsmJsonContext.Default.ListDocumentsRequest, SsmJsonContext.Default.ListDocumentsResponse);
    public static AwsOperation<CreateDocumentRequest, CreateDocumentResponse> CreateDocument =>
        field ??= new(Service, Prefix + nameof(CreateDocument), SsmJsonContext.Default.CreateDocumentRequest, SsmJsonContext.Default.CreateDocumentResponse);
    public static AwsOperation<UpdateDocumentRequest, UpdateDocumentResponse> UpdateDocument =>
        field ??= new(Service, Prefix + nameof(UpdateDocument), SsmJsonContext.Default.UpdateDocumentRequest, SsmJsonContext.Default.UpdateDocumentResponse);
    public static AwsOperation<UpdateDocumentDefaultVersionRequest, UpdateDocumentDefaultVersionResponse> UpdateDocumentDefaultVersion =>
        field ??= new(Service, Prefix + nameof(UpdateDocumentDefaultVersion), SsmJsonContext.Default.UpdateDocumentDefaultVersionRequest, SsmJsonContext.Default.UpdateDocumentDefaultVersionResponse);
    public static AwsOperation<DeleteDocumentRequest, EmptyResponse> DeleteDocument =>
        field ??= new(Service, Prefix + nameof(DeleteDocument), SsmJsonContext.Default.DeleteDocumentRequest, SsmJsonContext.Default.EmptyResponse);
    public static AwsOperation<ListDocumentVersionsRequest, ListDocumentVersionsResponse> ListDocumentVersions =>
        field ??= new(Service, Prefix + nameof(ListDocumentVersions), SsmJsonContext.Default.ListDocumentVersionsRequest, SsmJsonContext.Default.ListDocumentVersionsResponse);
    public static AwsOperation<ModifyDocumentPermissionRequest, EmptyResponse> ModifyDocumentPermission =>
        field ??= new(Service, Prefix + nameof(ModifyDocumentPermission), SsmJsonContext.Default.ModifyDocumentPermissionRequest, SsmJsonContext.Default.EmptyResponse);
    public static AwsOperation<DescribeDocumentPermissionRequest, DescribeDocumentPermissionResponse> DescribeDocumentPermission =>
        field ??= new(Service, Prefix + nameof(DescribeDocumentPermission), SsmJsonContext.Default.DescribeDocumentPermissionRequest, SsmJsonContext.Default.DescribeDocumentPermissionResponse);
    public static AwsOperation<GetServiceSettingRequest, GetServiceSettingResponse> GetServiceSetting =>
        field ??= new(Service, Prefix + nameof(GetServiceSetting), SsmJsonContext.Default.GetServiceSettingRequest, SsmJsonContext.Default.GetServiceSettingResponse);
    public static AwsOperation<UpdateServiceSettingRequest, EmptyResponse> UpdateServiceSetting =>
        field ??= new(Service, Prefix + nameof(UpdateServiceSetting), SsmJsonContext.Default.UpdateServiceSettingRequest, SsmJsonContext.Default.EmptyResponse);
    public static AwsOperation<ResetServiceSettingRequest, ResetServiceSettingResponse> ResetServiceSetting =>
        field ??= new(Service, Prefix + nameof(ResetServiceSetting), SsmJsonContext.Default.ResetServiceSettingRequest, SsmJsonContext.Default.ResetServiceSettingResponse);
    public static AwsOperation<ListInstanceAssociationsRequest, ListInstanceAssociationsResponse> ListInstanceAssociations =>
        field ??= new(Service, Prefix + nameof(ListInstanceAssociations), SsmJsonContext.Default.ListInstanceAssociationsRequest, SsmJsonContext.Default.ListInstanceAssociationsResponse);
}
