export const shots = [];
