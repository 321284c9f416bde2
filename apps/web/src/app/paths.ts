/** Where invitation and reset links lead. */
export const JOIN_PATH = '/join';
