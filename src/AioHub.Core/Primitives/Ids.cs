namespace AioHub.Core.Primitives;

public readonly record struct UserId(long Value);

public readonly record struct ApiKeyId(long Value);

public readonly record struct GroupId(long Value);

public readonly record struct ChannelId(long Value);

public readonly record struct CredentialId(long Value);
